import platform
from pathlib import Path

import pytest

from sluice.adapters.cpu_family import cpu_family

X86 = "processor\t: 0\nvendor_id\t: GenuineIntel\ncpu family\t: 6\nmodel\t\t: 85\nmodel name\t: Xeon\n"
ARM = "processor\t: 0\nBogoMIPS\t: 243.75\nCPU implementer\t: 0x41\nCPU part\t: 0xd40\n"


@pytest.mark.parametrize(("text", "identification"), [(X86, "GenuineIntel 6 85"), (ARM, "0x41 0xd40")])
def test_a_processor_is_named_as_its_architecture_names_it(tmp_path: Path, text: str, identification: str) -> None:
    cpu_info = tmp_path / "cpuinfo"
    cpu_info.write_text(f"{text}\n{text.replace('Intel', 'Other').replace('0x41', '0x42')}")

    assert cpu_family(cpu_info) == f"{platform.machine()} {identification}"


def test_without_the_kernels_list_the_architecture_alone_is_named(tmp_path: Path) -> None:
    assert cpu_family(tmp_path / "absent") == platform.machine()
