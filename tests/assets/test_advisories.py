"""Audits: vulnerable, clean, or left in the dark, which is not the same as clean."""

from pathlib import Path

import pytest

from infra.supply_chain.__main__ import report
from infra.supply_chain.advisories import Findings, audit_node, audit_python, read_node_answer, read_python_answer
from infra.supply_chain.pins import Pin, node_pins, python_pins

_VULNERABLE = {"name": "six", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"]}]}
_CLEAN = {"name": "numpy", "version": "2.5.5", "vulns": []}
_UNKNOWN = {"name": "orjson", "skip_reason": "Dependency not found"}


def test_an_advisory_is_a_finding() -> None:
    findings = read_python_answer({"dependencies": [_VULNERABLE, _CLEAN]})

    assert findings == Findings(vulnerable=["six 1.0: PYSEC-1"])


def test_a_package_that_the_service_skips_is_not_clean() -> None:
    findings = read_python_answer({"dependencies": [_CLEAN, _UNKNOWN]})

    assert findings == Findings(not_asked=["orjson: Dependency not found"])


def test_a_refusal_of_npms_service_is_not_clean() -> None:
    assert read_node_answer({"message": "405", "statusCode": 405}) == Findings(not_asked=["npm: 405"])


def test_npms_findings_are_read() -> None:
    document = {"vulnerabilities": {"tar": {"severity": "high", "range": "<6"}}}

    assert read_node_answer(document) == Findings(vulnerable=["tar <6: high"])


def test_npms_clean_answer_has_no_findings() -> None:
    assert read_node_answer({"vulnerabilities": {}}) == Findings()


@pytest.mark.parametrize(
    ("findings", "status"),
    [
        (Findings(), 0),
        (Findings(vulnerable=["six"]), 1),
        (Findings(not_asked=["six"]), 2),
        (Findings(vulnerable=["six"], not_asked=["orjson"]), 1),
    ],
)
def test_only_a_whole_and_clean_audit_succeeds(findings: Findings, status: int) -> None:
    assert report(findings, package_count=2) == status


def test_being_left_in_the_dark_takes_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    report(Findings(not_asked=["six: no answer", "orjson: no answer"]), package_count=2)

    printed = capsys.readouterr()
    assert (printed.out, len(printed.err.splitlines())) == ("", 1)


@pytest.fixture
def unreachable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every service is behind a proxy that nobody runs, and nothing is remembered from before."""
    for name in ("HTTPS_PROXY", "https_proxy", "npm_config_https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    for name in ("XDG_CACHE_HOME", "PIP_CACHE_DIR", "npm_config_cache"):
        monkeypatch.setenv(name, str(tmp_path))


@pytest.mark.usefixtures("unreachable")
def test_a_service_that_cannot_be_reached_leaves_every_package_in_the_dark() -> None:
    findings = audit_python([Pin("six", "1.17.0"), Pin("numpy", "2.4.6"), Pin("numpy", "2.5.5")])

    assert not findings.vulnerable
    assert len(findings.not_asked) == 3


@pytest.mark.usefixtures("unreachable")
def test_npms_service_that_cannot_be_reached_leaves_its_packages_in_the_dark(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"name": "empty", "dependencies": {"semver": "7.6.0"}}')
    locked = '{"": {"dependencies": {"semver": "7.6.0"}}, "node_modules/semver": {"version": "7.6.0"}}'
    (tmp_path / "package-lock.json").write_text(f'{{"lockfileVersion": 3, "packages": {locked}}}')

    findings = audit_node(tmp_path)

    assert not findings.vulnerable
    assert len(findings.not_asked) == 1


def test_pins_are_read_whatever_platform_they_are_for(tmp_path: Path) -> None:
    path = tmp_path / "requirements.txt"
    path.write_text("a==1 ; sys_platform == 'win32' \\\n    --hash=sha256:00\na==2 \\\n    --hash=sha256:00\n# b==3\n")

    assert python_pins([path]) == {Pin("a", "1"), Pin("a", "2")}


def test_the_project_itself_is_no_pin_of_npms(tmp_path: Path) -> None:
    lock = tmp_path / "package-lock.json"
    lock.write_text('{"packages": {"": {}, "node_modules/a/node_modules/@b/c": {"version": "1.0.0"}}}')

    assert node_pins(lock) == {Pin("@b/c", "1.0.0", "npm")}
