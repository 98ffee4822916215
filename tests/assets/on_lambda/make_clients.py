"""Make a boto3 client for each of the given services; answer with how many operations each has."""

import json
import sys

import boto3

services = json.load(sys.stdin)["services"]
print(json.dumps({name: len(boto3.client(name).meta.service_model.operation_names) for name in services}))
