"""Which processor this is; its kind decides the last bits of floating-point results."""

import platform
from pathlib import Path

# x86 names vendor, family and model; arm64 names implementer and part.
_TELLING = ("vendor_id", "cpu family", "model", "CPU implementer", "CPU part")


def cpu_family(cpu_info: Path = Path("/proc/cpuinfo")) -> str:
    """Architecture and identification, such as "x86_64 GenuineIntel 6 85" or "aarch64 0x41 0xd40"."""
    try:
        first_processor = cpu_info.read_text().partition("\n\n")[0]
    except OSError:
        return platform.machine()
    pairs = (line.partition(":") for line in first_processor.splitlines())
    facts = {name.strip(): value.strip() for name, _, value in pairs}
    return " ".join([platform.machine(), *(facts[name] for name in _TELLING if name in facts)])
