"""How an alias is written outside of rollouts: intent, write, read back, effect, as a rollout does it.

A process may die between any two of these. Its intent stays open, `what_served` tells of it, and the next command
settles it: it writes the alias as it is, under a new revision id, so that a process that was only thought dead can
write no more, and records what came of the intent.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from sluice.catalog.alias import AliasState
from sluice.errors import AliasRefused, Conflict
from sluice.governance.last_move import LastMove, last_move
from sluice.governance.records import Effect, ForeignChange, Intent
from sluice.governance.weights import Weights, weights_from_document, weights_of
from sluice.rollouts.shares import Shares, shares_of
from sluice.usecases.alias_ports import AliasPorts, Governed
from sluice.usecases.append_ledger import append_ledger
from sluice.usecases.refuse_open_rollout import controlled_rollout

OUTSIDE_OF_ROLLOUTS = ""
"""The rollout id of what no rollout did."""

_NOBODY = Weights("", None, 0)
_TRIES = 5


@dataclass(frozen=True, slots=True)
class RecordedAlias:
    """The alias of a model, for a person (`by`) who moves it, and says why."""

    model: str
    by: str
    why: str
    ports: AliasPorts

    def read(self) -> AliasState | None:
        """The alias, to be moved. Raises RolloutOpen while a rollout is, and as `look` does."""
        governed = self.ports.governed
        if governed and (rollout := governed.rollouts.find_open(self.model)):
            raise controlled_rollout(rollout)
        return self.look()

    def look(self) -> AliasState | None:
        """The alias. What a process left open, or somebody changed unrecorded, is in the ledger afterwards.

        While a rollout is open, that is its controller's to find. Raises Conflict, LedgerMoved, LedgerBroken,
        StoreUnavailable.
        """
        alias, governed = self._alias(), self.ports.governed
        if governed is None or governed.rollouts.find_open(self.model):
            return alias
        last = last_move(governed.ledger.ledger.newest_first(self.model))
        if last.begun and last.begun.record["rollout_id"] == OUTSIDE_OF_ROLLOUTS:
            return self._settle(last.begun.seq, governed)
        if alias:
            self._tell_foreign_change(alias, last, governed)
        return alias

    def move(self, before: AliasState, wanted: AliasState) -> AliasState:
        """Write the alias, which was read as `before`; the alias as it was read back.

        Raises AliasRefused, after which the ledger says what the alias is instead; StoreUnavailable and LedgerMoved,
        after which the next command settles what came of it.
        """
        asked_for = replace(wanted, revision_id="")
        return self._write(before, asked_for, lambda: self.ports.publisher.shift(self.model, wanted))

    def create(self, function_version: str) -> AliasState:
        """Make the alias, with all traffic on a function version. Raises as `move` does."""
        publisher = self.ports.publisher
        asked_for = AliasState(publisher.function_name(self.model), "", function_version, None, 0, "")
        return self._write(None, asked_for, lambda: publisher.create_alias(self.model, function_version))

    def _write(self, before: AliasState | None, after: AliasState, write: Callable[[], AliasState]) -> AliasState:
        governed = self.ports.governed
        if governed is None:
            return write()
        intent = Intent(**self._facts(), before=self._weights(before), after=self._weights(after), why=self.why)
        seq = append_ledger(intent, governed.ledger).seq
        try:
            written = write()
        except AliasRefused:
            self._settle(seq, governed)
            raise
        seen = self._alias()
        self._tell_effect(seq, seen, governed)
        return seen or written

    def _settle(self, intent_seq: int, governed: Governed) -> AliasState | None:
        """Record what came of an intent. Without an alias it stays open: one that is made yet comes after it."""
        alias = self._rewritten()
        if alias:
            self._tell_effect(intent_seq, alias, governed)
        return alias

    def _rewritten(self) -> AliasState | None:
        for _ in range(_TRIES):
            alias = self._alias()
            if alias is None:
                return None
            try:
                return self.ports.publisher.shift(self.model, alias)
            except AliasRefused as refusal:
                if not refusal.is_outdated:
                    raise
        raise Conflict(f"others moved the alias of {self.model!r} {_TRIES} times over; see who does, and try again")

    def _tell_effect(self, intent_seq: int, alias: AliasState | None, governed: Governed) -> None:
        append_ledger(Effect(**self._facts(), intent_seq=intent_seq, alias=self._weights(alias)), governed.ledger)

    def _tell_foreign_change(self, alias: AliasState, last: LastMove, governed: Governed) -> None:
        """Unless the alias moved while the ledger was read: whoever moved it is about to say so."""
        if last.seen is None or last.begun is not None:
            return
        expected, present = weights_from_document(last.seen.record["alias"]), self._alias()
        if _shares(expected) == shares_of(alias) or present != alias:
            return
        append_ledger(ForeignChange(**self._facts(), expected=expected, alias=self._weights(alias)), governed.ledger)

    def _facts(self) -> dict[str, Any]:
        now = self.ports.clock.now()
        return {"model": self.model, "rollout_id": OUTSIDE_OF_ROLLOUTS, "actor": self.by, "at": now}

    def _weights(self, alias: AliasState | None) -> Weights:
        carried = {it.function_version: it.release for it in self.ports.registry.list_bindings(self.model)}
        return weights_of(alias, carried) if alias else _NOBODY

    def _alias(self) -> AliasState | None:
        return self.ports.publisher.alias(self.model)


def _shares(weights: Weights) -> Shares:
    share_bps = weights.candidate_weight_bps if weights.candidate_version else 0
    return Shares(weights.stable_version, weights.candidate_version if share_bps else None, share_bps)
