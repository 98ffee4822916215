"""Assignments as deciding gives them, without deciding."""

from typing import Any

from sluice.catalog.artefact import Artefact, ArtefactFile
from sluice.catalog.model import Model, RiskTier
from sluice.catalog.release import ReleaseContent, ReleasedVersion, ReleaseSettings
from sluice.catalog.signature import Signature, TensorSpec
from sluice.experiments.assigned_unit import AssignedUnit
from sluice.experiments.assignment import Assignment
from sluice.experiments.namespace import Namespace
from sluice.experiments.reasons import Reason
from sluice.experiments.unit_request import UnitRequest
from sluice.experiments.variant import ParameterValue, Variant
from sluice.inference.served_release import ServedRelease
from tests.unit.experiments.running import a_decider, an_experiment, owning

SIGNATURE = Signature(
    (TensorSpec("x", "FP64", (-1,)),), (TensorSpec("double", "FP64", (-1,)), TensorSpec("half", "FP64", (-1,)))
)


def an_assignment(
    experiment: str = "exp-1",
    variant: Variant | None = None,
    reason: Reason = Reason.BUCKETED,
    *,
    namespace: str = "main",
    **facts: Any,
) -> Assignment:
    """To a variant of a running experiment, or to none."""
    defined = an_experiment(experiment, namespace=namespace, revision=4, allocation_version=2)
    decider = a_decider(defined, namespaces=[owning(defined, namespace=Namespace(namespace))])
    return Assignment(decider.namespaces("user")[0].experiments[experiment], variant, reason, **facts)


def a_variant(key: str = "treatment", model_version: int | None = None, **parameters: ParameterValue) -> Variant:
    return Variant(key, 5_000, model_version, parameters)


def assigned(*assignments: Assignment, **facts: Any) -> AssignedUnit:
    """The unit "alice" with these assignments."""
    members = {"unit_key": "f" * 32, "snapshot_number": 9, "snapshot_digest": "d" * 64}
    return AssignedUnit(UnitRequest("user", "alice"), assignments, **{**members, **facts})


def a_release(*numbers: int, default: int) -> ServedRelease:
    """Release 5 of "risk"; the artefact of version n has the digest "digest-n"."""
    versions = {
        number: ReleasedVersion(number, Artefact((ArtefactFile("m.onnx", f"digest-{number}", 1),)), SIGNATURE)
        for number in numbers
    }
    model = Model("risk", "team", "", RiskTier.LOW, 10)
    content = ReleaseContent(model, default, (), versions, ReleaseSettings())
    return ServedRelease(content, number=5, digest="release-digest")
