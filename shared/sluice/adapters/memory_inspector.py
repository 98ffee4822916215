"""An inspector that believes what it was told, for tests of what happens around an inspection."""

from collections.abc import Sequence
from pathlib import Path

from sluice.catalog.model_version import GoldenExample
from sluice.catalog.signature import Signature
from sluice.errors import FidelityMismatch


class MemoryInspector:
    """`catalog.ports.ArtefactInspector` that opens nothing: every file has this signature and keeps its promises.

    `broken_examples` are the names of golden examples that come out wrong.
    """

    def __init__(self, signature: Signature, *, broken_examples: Sequence[str] = ()) -> None:
        self._signature = signature
        self._broken_examples = broken_examples

    def read_signature(self, onnx_file: Path) -> Signature:  # noqa: ARG002 - any file will do
        """See the port."""
        return self._signature

    def external_files(self, onnx_file: Path) -> Sequence[Path]:  # noqa: ARG002 - any file will do
        """See the port."""
        return []

    def check_fidelity(self, onnx_file: Path, examples: Sequence[GoldenExample]) -> None:  # noqa: ARG002 - as above
        """See the port."""
        for example in examples:
            if example.name in self._broken_examples:
                raise FidelityMismatch(example.name, next(iter(example.outputs)), "it was said to be broken")
