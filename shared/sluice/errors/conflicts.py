"""What the present state of the world forbids."""

from collections.abc import Sequence

from sluice.errors.refusals import SluiceError


class Conflict(SluiceError):
    """The present state forbids the change; read it again before another try."""


class ModelVersionTaken(Conflict):
    """The number belongs to another artefact or manifest; model versions are immutable."""

    def __init__(self, model: str, number: int, what_differs: str) -> None:
        super().__init__(f"{model} version {number} is already registered with another {what_differs}")
        self.model = model
        self.number = number


class IllegalApproval(Conflict):
    """The approval state does not allow this move."""

    def __init__(self, subject: str, state: str, wanted: str, allowed: Sequence[str]) -> None:
        moves = ", ".join(allowed) or "nothing (it is final)"
        super().__init__(f"{subject} is {state}; it cannot become {wanted}, allowed: {moves}")


class NotApproved(Conflict):
    """A release names model versions that nobody has approved."""

    def __init__(self, model: str, states: Sequence[str]) -> None:
        super().__init__(f"model {model!r}: a release takes approved versions only, found {', '.join(states)}")


class StillServed(Conflict):
    """The model version is what a live release serves; shift traffic away first."""

    def __init__(self, subject: str, where: str) -> None:
        super().__init__(f"{subject} is still served by {where}")


class ReleaseTaken(Conflict):
    """Somebody else has just published a release of this number; releases are immutable."""

    def __init__(self, model: str, number: int) -> None:
        super().__init__(f"{model} release {number} has just been published by someone else")


class ReleaseBindingTaken(Conflict):
    """The function version already carries another release, for ever."""

    def __init__(self, function_version: str, bound: int, wanted: int) -> None:
        super().__init__(f"function version {function_version} carries release {bound}, not {wanted}")


class AliasRefused(Conflict):
    """The alias change broke a rule of AWS Lambda; `code` is the service's own error code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code

    @property
    def is_outdated(self) -> bool:
        """Whether somebody else has changed the alias since it was read."""
        return self.code == "PreconditionFailedException"


class RolloutOpen(Conflict):
    """A candidate has a share of the traffic, or a rollout may give it one: whoever wants a change must wait.

    `rollout_id` is empty where somebody gave the share by hand.
    """

    def __init__(self, model: str, *, candidate: str, weight_bps: int, rollout_id: str = "") -> None:
        share = f"function version {candidate} has {weight_bps} bps of the traffic of {model!r}"
        by_hand = f"`sluice alias shift {model} --promote` or `--abort`"
        end = f"`sluice rollout abort {model}`, or wait for its end" if rollout_id else by_hand
        super().__init__(f"a rollout is open: {share}; end it with {end}, then try again")


class PublishFailed(Conflict):
    """AWS published a function version and could not make it ready; nobody was sent to it."""

    def __init__(self, function_name: str, function_version: str, why: str) -> None:
        super().__init__(f"{function_name} function version {function_version} did not become ready: {why}")


class DefinitionChanged(Conflict):
    """Another writer was faster; `key` is taken, or its revision has moved on."""

    def __init__(self, kind: str, key: str) -> None:
        super().__init__(f"{kind} {key!r} has just been written by someone else; read it again")
        self.kind = kind
        self.key = key


class MoveRefused(Conflict):
    """A published definition allows only a few moves; `why` says which rule this one breaks."""

    def __init__(self, subject: str, move: str, why: str) -> None:
        super().__init__(f"{subject}: cannot {move}: {why}")
        self.subject = subject
        self.move = move
        self.why = why


class SlotsTaken(Conflict):
    """Slots of a namespace belong to another experiment, or rest after one."""

    def __init__(self, namespace: str, wanted: str, why: str) -> None:
        super().__init__(f"namespace {namespace!r}: slots {wanted} are not free: {why}")
        self.namespace = namespace


class RolloutChanged(Conflict):
    """The rollout has another revision, or another controller has it now."""

    def __init__(self, model: str, rollout_id: str) -> None:
        super().__init__(f"rollout {rollout_id} of {model!r} has just been changed by someone else; read it again")


class ArtefactQuarantined(Conflict):
    """The same artefact was rolled back before; who wants it out again says why."""

    def __init__(self, model: str, digest: str, rollout_id: str) -> None:
        rolled_back = f"artefact {digest[:12]} of {model!r} was rolled back by rollout {rollout_id}"
        super().__init__(f"{rolled_back}; release it from quarantine with a reason first")


class LedgerMoved(Conflict):
    """Another writer has appended to the chain meanwhile."""

    def __init__(self, chain: str) -> None:
        super().__init__(f"the ledger's chain {chain!r} has just grown; read its head again")


class UploadMissing(Conflict):
    """Nothing has been put there yet, or no more: the request that refers to it came too early."""

    def __init__(self, upload: str) -> None:
        super().__init__(f"nothing has been uploaded to {upload}; PUT the body to its URL before you refer to it")
