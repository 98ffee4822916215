"""`python -m infra.supply_chain audit` asks for known vulnerabilities; `… sbom` writes bills of materials."""

import argparse
import sys
import tomllib
from pathlib import Path

from infra.supply_chain.advisories import Findings, audit_node, audit_python
from infra.supply_chain.bills import bill_of, write_bill
from infra.supply_chain.pins import node_pins, python_pins

_CHECKOUT = Path(__file__).resolve().parents[2]
_DEPLOYED_BY = ("requirements/run.txt", "requirements/infra.txt")
_NODE_LOCK = "infra/package-lock.json"
_CLEAN, _VULNERABLE, _NOT_ASKED = 0, 1, 2


def audit() -> int:
    """Every lock file; 1 if something is vulnerable, 2 if the services did not answer about everything."""
    pins = python_pins([*_CHECKOUT.glob("requirements/*.txt"), *_CHECKOUT.glob("layers/*/requirements.txt")])
    python, node = audit_python(pins), audit_node(_CHECKOUT / "infra")
    both = Findings(python.vulnerable + node.vulnerable, python.not_asked + node.not_asked)
    return report(both, package_count=len(pins | node_pins(_CHECKOUT / _NODE_LOCK)))


def report(findings: Findings, *, package_count: int) -> int:
    """Print what was found, and return what it means as an exit status."""
    for line in findings.vulnerable:
        print(f"vulnerable: {line}")
    if findings.not_asked:
        unknown = f"no answer about {len(findings.not_asked)} of {package_count} packages"
        sys.stderr.write(f"NOT AUDITED: {unknown}; the first: {findings.not_asked[0]}\n")
    elif not findings.vulnerable:
        print(f"{package_count} packages, no known vulnerabilities")
    return _VULNERABLE if findings.vulnerable else _NOT_ASKED if findings.not_asked else _CLEAN


def sbom() -> int:
    """One bill for each layer, and one for all that runs or deploys, into `build/sbom/`."""
    version = tomllib.loads((_CHECKOUT / "pyproject.toml").read_text())["project"]["version"]
    layers = sorted(_CHECKOUT.glob("layers/*/requirements.txt"))
    contents = {f"sluice-layer-{path.parent.name}": python_pins([path]) for path in layers}
    everything = python_pins([*layers, *(_CHECKOUT / name for name in _DEPLOYED_BY)])
    contents["sluice"] = everything | node_pins(_CHECKOUT / _NODE_LOCK)
    for name, pins in contents.items():
        path = _CHECKOUT / "build" / "sbom" / f"{name}.cdx.json"
        write_bill(path, bill_of(name, version, pins))
        print(f"{path.relative_to(_CHECKOUT)}: {len(pins)} packages")
    return 0


def main() -> int:
    """Run the command that was asked for."""
    commands = {"audit": audit, "sbom": sbom}
    parser = argparse.ArgumentParser(prog="python -m infra.supply_chain", description=__doc__)
    parser.add_argument("command", choices=commands)
    return commands[parser.parse_args().command]()


if __name__ == "__main__":
    sys.exit(main())
