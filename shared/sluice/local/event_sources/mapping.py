"""What is set about an event source: which queue feeds which function."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EventSourceMapping:
    """Batches of `batch_size` messages at most go to the function version behind `qualifier`."""

    queue_name: str
    function_name: str
    qualifier: str
    batch_size: int = 10
