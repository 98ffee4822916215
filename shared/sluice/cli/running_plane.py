"""A local plane for the time of a `with` block: started, filled, and stopped whatever happens."""

import signal
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from sluice.cli.connections import Connections
from sluice.cli.target import TargetKind, target_of

if TYPE_CHECKING:
    from sluice.local.plane import Plane
    from sluice.local.plane_settings import PlaneSettings


@contextmanager
def running_plane(settings: "PlaneSettings", *, with_examples: bool, quiet: bool) -> Iterator["Plane"]:
    """The plane, ready for requests."""
    from sluice.local.plane import start_plane

    plane = start_plane(settings)
    try:
        with closing(_connections(plane)) as connections:
            if with_examples:
                serve_examples(connections, quiet=quiet)
        yield plane
    finally:
        # An impatient second Ctrl-C must not leave processes behind.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        plane.stop()
