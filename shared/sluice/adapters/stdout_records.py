"""Records on standard output, where Lambda ships them from."""

import sys


def write_line(line: str) -> None:
    """Write the line and its end in one piece, so that no other thread's line comes between."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
