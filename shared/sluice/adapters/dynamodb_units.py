"""The state of units on one DynamoDB table: one partition per unit, one round trip per call."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from sluice.adapters.aws_wire.failures import Refusal
from sluice.adapters.dynamodb_calls import CONDITION_FAILED, WITH_PROOF, DynamoCalls, proven, told_as_unavailable
from sluice.adapters.unit_items import (
    ASSIGNMENT,
    EXPIRY_ATTRIBUTE,
    OVERRIDE,
    Item,
    from_assignment,
    partition_of,
    to_assignment,
    to_override,
    to_unit_state,
    unit_item_key,
)
from sluice.errors import StoreUnavailable
from sluice.experiments.unit_state import Override, StoredAssignment, UnitState

_PAGE_LIMIT = 16
"""A unit that needs more than one page of 1 MB is an accident, and one that needs these is not answered in time."""

_NOT_THERE_OR_EXPIRED = f"attribute_not_exists(pk) OR {EXPIRY_ATTRIBUTE} <= :now"
_THERE = "attribute_exists(pk)"


class DynamoUnits:
    """`experiments.ports.UnitStore`; its calls last as long as who makes them lets them."""

    def __init__(self, calls: DynamoCalls, table_name: str) -> None:
        self._calls = calls
        self._table_name = table_name

    def load(self, unit_type: str, unit_id: str, *, now: datetime) -> UnitState:
        """See the port."""
        with told_as_unavailable(self._table_name):
            return to_unit_state(self._items(partition_of(unit_type, unit_id)), now=now)

    def put_if_absent(self, unit_type: str, unit_id: str, assignment: StoredAssignment) -> StoredAssignment:
        """See the port. What expired by `assigned_at` is replaced; expiry is kept to the second."""
        item = to_assignment(assignment)
        key = unit_item_key(unit_type, unit_id, kind=ASSIGNMENT, name=assignment.experiment)
        now = {":now": {"N": f"{assignment.assigned_at.timestamp():.6f}"}}
        with told_as_unavailable(self._table_name):
            stored = self._put_unless(key | item, _NOT_THERE_OR_EXPIRED, now)
            return from_assignment(assignment.experiment, stored)

    def mark_crossed_over(self, unit_type: str, unit_id: str, experiment: str) -> None:
        """See the port."""
        update: dict[str, Any] = {
            "Key": unit_item_key(unit_type, unit_id, kind=ASSIGNMENT, name=experiment),
            "UpdateExpression": "SET crossed_over = :true",
            "ExpressionAttributeValues": {":true": {"BOOL": True}},
            "ConditionExpression": _THERE,
        }
        with told_as_unavailable(self._table_name):
            try:
                self._proven("UpdateItem", update)
            except Refusal as refusal:
                if refusal.code != CONDITION_FAILED:
                    raise

    def put_override(self, unit_type: str, unit_id: str, override: Override) -> None:
        """See the port. Expiry is kept to the second."""
        key = unit_item_key(unit_type, unit_id, kind=OVERRIDE, name=override.subject)
        item = key | to_override(override)
        with told_as_unavailable(self._table_name):
            self._proven("PutItem", {"Item": item})

    def remove_override(self, unit_type: str, unit_id: str, subject: str) -> bool:
        """See the port."""
        key = unit_item_key(unit_type, unit_id, kind=OVERRIDE, name=subject)
        with told_as_unavailable(self._table_name):
            answer = self._proven("DeleteItem", {"Key": key, "ReturnValues": "ALL_OLD"})
            return bool(answer.get("Attributes"))

    def _put_unless(self, item: Item, condition: str, values: dict[str, Any]) -> Item:
        """Write the item if the condition holds; the item that is stored now, whoever wrote it."""
        put: dict[str, Any] = {
            "Item": item,
            "ConditionExpression": condition,
            "ExpressionAttributeValues": values,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        try:
            self._proven("PutItem", put)
        except Refusal as refusal:
            if refusal.code != CONDITION_FAILED:
                raise
            winner: Item = refusal.members["Item"]
            return winner
        return item

    def _proven(self, operation: str, request: Mapping[str, Any]) -> Mapping[str, Any]:
        return proven(self._calls.call(operation, {"TableName": self._table_name, **request, **WITH_PROOF}))

    def _items(self, partition: str) -> Iterator[Item]:
        query: dict[str, Any] = {
            "TableName": self._table_name,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": {":pk": {"S": partition}},
        }
        for _ in range(_PAGE_LIMIT):
            page = self._calls.call("Query", query)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:
                return
            query["ExclusiveStartKey"] = page["LastEvaluatedKey"]
        raise StoreUnavailable(f"table {self._table_name}", f"a unit has more than {_PAGE_LIMIT} pages of items")
