"""Why a unit gets what it gets: the path through the rules, as a document and as tables."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

from sluice.cli.connections import Connections
from sluice.cli.output import print_plain, show, table
from sluice.cli.unit_attributes import read_attributes
from sluice.clock import SystemClock
from sluice.experiments.attributes import AttributeSchema
from sluice.experiments.experiment import Experiment, ExperimentState
from sluice.experiments.explanation import Explanation
from sluice.experiments.reasons import Reason
from sluice.experiments.snapshot import decode_model_snapshot
from sluice.experiments.snapshot_subject import subject_of
from sluice.usecases.explain_assignment import ExplainPorts, explain_assignment

if TYPE_CHECKING:
    from rich.console import Console


def show_explained(
    model: str,
    unit: tuple[str, str],
    attr: Sequence[str],
    *,
    experiment: Experiment | None,
    connections: Connections,
    as_json: bool,
) -> None:
    """Explain what the unit (type, id) gets of the model's running experiments, or of one experiment."""
    unit_type, unit_id = unit
    attributes = read_attributes(attr, _schema(model, connections))
    ports = ExplainPorts(connections.definitions, connections.units, connections.language_over, SystemClock())
    explained = explain_assignment(model, unit_type, unit_id, attributes=attributes, ports=ports)
    found = explained.explanations
    document = {
        "model": model,
        "unit_type": unit_type,
        "unit_id": unit_id,
        "attributes": attributes,
        "snapshot_number": explained.snapshot_number,
        "state_failure": explained.state_failure,
        "explanations": [asdict(each) for each in (found if experiment is None else [_of(experiment, found)])],
    }
    show(document, as_json=as_json, render=partial(_render, document))


def _schema(model: str, connections: Connections) -> AttributeSchema:
    stored = connections.definitions.find_snapshot(subject_of(model))
    return decode_model_snapshot(stored).attributes if stored else {}


def _of(experiment: Experiment, found: Sequence[Explanation]) -> Explanation:
    """The one experiment's; it has none where it takes no units, or none of this type."""
    explained = next((each for each in found if each.experiment == experiment.key), None)
    if explained is not None:
        return explained
    reason = Reason.NO_UNIT if experiment.state is ExperimentState.RUNNING else Reason.NOT_RUNNING
    return Explanation(experiment.key, experiment.namespace, None, reason, ())


def _render(document: Mapping[str, Any], console: "Console") -> None:
    print_plain(
        f"{document['unit_type']} {document['unit_id']}, model {document['model']}, by snapshot "
        f"{document['snapshot_number']} and {_state(document)}",
        console,
    )
    if not document["explanations"]:
        print_plain("No running experiment draws units of this type.", console)
    for each in document["explanations"]:
        print_plain(f"\n{each['experiment']} in namespace {each['namespace']}: {_result(each)}", console)
        rules = ((at, it["rule"], it["found"], "decides" if it["decided"] else "") for at, it in _numbered(each))
        if each["rules"]:
            console.print(table(["", "Rule", "Found", ""], rules))


def _numbered(explanation: Mapping[str, Any]) -> Sequence[tuple[int, Mapping[str, Any]]]:
    return list(enumerate(explanation["rules"], start=1))


def _result(explanation: Mapping[str, Any]) -> str:
    variant = explanation["variant"]
    return f"{f'variant {variant}' if variant else 'the release default'}, {explanation['reason']}"


def _state(document: Mapping[str, Any]) -> str:
    failure = document["state_failure"]
    return f"without its state: {failure}" if failure else "what is stored of it"
