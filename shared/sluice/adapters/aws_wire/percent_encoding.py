"""Percent-encoding as AWS signs it: everything but RFC 3986's unreserved characters, in capital hexadecimal."""

_UNRESERVED = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


def encoded(text: str, *, keep: str = "") -> str:
    """The text with every byte but the unreserved ones, and those of `keep`, encoded."""
    kept = _UNRESERVED.union(keep.encode())
    return "".join(chr(byte) if byte in kept else f"%{byte:02X}" for byte in text.encode())
