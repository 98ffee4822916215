"""The errors that AWS services answer with, so that the local plane refuses in the same words."""


class AwsError(Exception):
    """A service error: `code` as boto3 shows it, the HTTP status that carries it, and the message."""

    def __init__(self, code: str, status: int, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.status = status
        self.message = message
