"""What `docs/flags.md` promises is what the code does."""

import re
from pathlib import Path

from sluice.adapters.cel_conditions import CelLanguage
from sluice.catalog.manifest_yaml import parse_yaml
from sluice.experiments.flag_decider import OFREP_REASONS
from sluice.experiments.flag_document import flag_from_written
from sluice.experiments.flag_set import check_conditions, check_flags

PAGE = (Path(__file__).parents[3] / "docs" / "flags.md").read_text()


def test_the_flag_in_the_guide_is_one() -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    flag = flag_from_written(parse_yaml(text))

    check_conditions(flag, CelLanguage)
    check_flags({flag.key: flag})


def test_the_table_in_the_guide_has_every_reason_and_what_openfeature_is_told() -> None:
    rows = re.findall(r"^\| \d? ?\|.*\| `(\w+)` \|.*\| `(\w+)` \|$", PAGE, re.MULTILINE)

    assert dict(rows) == {reason.value: told for reason, told in OFREP_REASONS.items()}
