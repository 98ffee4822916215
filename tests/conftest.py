"""Whatever a test signs, it signs with nothing worth stealing, and it never looks for an account."""

import os

os.environ.update(
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",
    AWS_DEFAULT_REGION="eu-central-1",
    # Account-specific hosts are names that moto does not know.
    AWS_ACCOUNT_ID_ENDPOINT_MODE="disabled",
    AWS_EC2_METADATA_DISABLED="true",
)
for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
    os.environ.pop(name, None)
