"""The smallest deployment package that AWS takes."""

import io
import zipfile


def zipped(source: str) -> bytes:
    """A package with one module, handler.py."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        package.writestr(zipfile.ZipInfo("handler.py"), source)
    return buffer.getvalue()


A_ZIP = zipped("def handler(event, context): return event\n")
