"""Domain events on an EventBridge bus."""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import orjson
from botocore.exceptions import BotoCoreError, ClientError

SOURCE = "sluice.rollouts"
_LOGGER = logging.getLogger(__name__)


def _log_loss(what: str) -> None:
    _LOGGER.error("%s", what)


class EventBridgeEvents:
    """`rollouts.ports.DomainEvents` over a boto3 client of EventBridge; it never raises for what the bus does.

    Whoever moves an alias must not stop because nobody could be told of it: `report` gets a sentence on each loss.
    """

    def __init__(self, client: Any, *, bus: str = "default", report: Callable[[str], object] = _log_loss) -> None:
        self._client = client
        self._bus = bus
        self._report = report

    def publish(self, kind: str, detail: Mapping[str, Any], *, at: datetime) -> None:
        """See the port. JSON has no form for NaN and infinity, which become null."""
        text = orjson.dumps(detail, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
        entry: Any = {"Source": SOURCE, "DetailType": kind, "Detail": text, "Time": at, "EventBusName": self._bus}
        try:
            answer = self._client.put_events(Entries=[entry])
        except (BotoCoreError, ClientError) as error:
            self._report(f"event {kind} was not put on bus {self._bus}: {error}")
            return
        for failed in (it for it in answer["Entries"] if "ErrorCode" in it):
            why = f"{failed['ErrorCode']}: {failed.get('ErrorMessage', 'no reason given')}"
            self._report(f"event {kind} was refused by bus {self._bus}: {why}")
