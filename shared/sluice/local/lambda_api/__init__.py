"""AWS Lambda's API over HTTP: what boto3 talks to."""
