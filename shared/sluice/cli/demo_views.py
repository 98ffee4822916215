"""A rehearsed rollout, told as it goes."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sluice.cli.durations import shown_duration
from sluice.cli.output import print_plain
from sluice.cli.verdict_views import verdict_table
from sluice.cli.weights import percent

if TYPE_CHECKING:
    from rich.console import Console

_WITHOUT_FAULT = "a good release"


def render_opening(document: Mapping[str, Any], console: "Console") -> None:
    """What is about to be rehearsed."""
    what = f"fault: {document['fault']}" if document["fault"] else _WITHOUT_FAULT
    text = f"Release 2 of {document['model']} beside release 1, {document['requests_per_minute']} requests a minute"
    print_plain(f"{text}; {what}. Nothing leaves this machine.", console)


def render_scene(scene: Mapping[str, Any], console: "Console") -> None:
    """One decision: when, from which weight to which, by which verdicts."""
    moved = f"{percent(scene['weight_bps'])} -> {percent(scene['weight_after_bps'])}"
    elapsed = shown_duration(scene["elapsed_seconds"])
    print_plain(f"\n{elapsed}  {scene['action'].replace('_', ' ')}: {moved}", console)
    for reason in scene["reasons"]:
        print_plain(f"  {reason}", console)
    if scene["verdicts"]:
        console.print(verdict_table(scene["verdicts"]))


def render_end(document: Mapping[str, Any], console: "Console") -> None:
    """How it ended, and how long it took."""
    simulated, real = shown_duration(document["simulated_seconds"]), document["real_seconds"]
    end = f"\n{document['final_state']} after {simulated} ({document['requests']} requests, {real:.1f} s here)"
    expected = "" if document["is_as_expected"] else f"; expected: {document['expected_state']}"
    print_plain(f"{end}{expected}", console)
