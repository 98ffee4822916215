"""AWS without its SDK: what a cold start needs of S3 and DynamoDB, signed and sent by the standard library alone.

Records here are named tuples: a dataclass costs a cold start half a millisecond each.
"""
