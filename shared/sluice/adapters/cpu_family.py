"""Which processor this is; its kind decides the last bits of floating-point results."""

import os
import platform

# x86 names vendor, family and model; arm64 names implementer and part.
_TELLING = ("vendor_id", "cpu family", "model", "CPU implementer", "CPU part")


def cpu_family(cpu_info: str | os.PathLike[str] = "/proc/cpuinfo") -> str:
    """Architecture and identification, such as "x86_64 GenuineIntel 6 85" or "aarch64 0x41 0xd40"."""
    try:
        with open(cpu_info, encoding="utf-8") as opened:  # noqa: PTH123 - pathlib costs a cold start
            first_processor = opened.read().partition("\n\n")[0]
    except OSError:
        return platform.machine()
    pairs = (line.partition(":") for line in first_processor.splitlines())
    facts = {name.strip(): value.strip() for name, _, value in pairs}
    return " ".join([platform.machine(), *(facts[name] for name in _TELLING if name in facts)])
