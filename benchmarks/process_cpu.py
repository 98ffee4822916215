"""CPU time of a process and all its descendants, read from /proc; Linux only."""

import os
from pathlib import Path

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
# Counted from the state, which is the first field after the command's name; see proc(5).
_PARENT = 1
_TIMES = slice(11, 15)


def cpu_seconds(pid: int) -> float:
    """User and system time of the process, of its descendants, and of those that it has waited for.

    The kernel rounds to its tick, 10 ms as a rule, so measure over seconds.
    """
    stats = _all_stats()
    ticks, family = 0, [pid]
    while family:
        each = family.pop()
        ticks += sum(map(int, stats[each][_TIMES]))
        family += [child for child, fields in stats.items() if int(fields[_PARENT]) == each]
    return ticks / _TICKS_PER_SECOND


def _all_stats() -> dict[int, list[str]]:
    found = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal():
            try:
                found[int(folder.name)] = (folder / "stat").read_text().rpartition(")")[2].split()
            except (FileNotFoundError, ProcessLookupError):
                continue  # It ended while we looked.
    return found
