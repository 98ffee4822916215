"""Rollouts by the thousand: the judge's error test beside fixed alarm rules, on the same requests.

60 one-minute looks; 0.5 % of the stable side's requests fail, and of the candidate's 0.5 % (A/A) or 3 % (a regression).
An alarm rule fires where more than 1 % of the candidate's requests failed in one minute, in three in a row, or in three
of five. `python -m tests.statistical.rollout_simulation` writes that of 20,000 rollouts a cell into docs/rollouts.md.
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import log, log1p, sqrt
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sluice.analysis.mixture import RATIOS
from sluice.analysis.restarts import EVERY, restarted

LOOKS = EVERY
GOOD, BAD, ALARM_ABOVE = 0.005, 0.03, 0.01
ALPHA, FLOOR = 0.05, 1.1
CONFIDENCE = 0.99
DOCUMENT = Path("docs/rollouts.md")
BEGIN, END = "<!-- simulation: begin -->\n", "<!-- simulation: end -->\n"

Counts = NDArray[Any]
Alarms = NDArray[np.bool_]


@dataclass(frozen=True)
class Traffic:
    """Of one minute."""

    requests: int
    weight_percent: int

    @property
    def candidate(self) -> int:
        return self.requests * self.weight_percent // 100

    @property
    def stable(self) -> int:
        return self.requests - self.candidate


LEVELS = (Traffic(60, 5), Traffic(600, 5), Traffic(6_000, 5), Traffic(60_000, 1))


@dataclass(frozen=True)
class Measured:
    """Shares of `runs` rollouts, and the median minute of those that were found; None if none was."""

    runs: int
    false_alarms: float
    found: float
    minutes: float | None

    def is_dominated_by(self, other: "Measured") -> bool:
        """Whether the other is no worse in anything and better in something."""
        ours, theirs = ((it.false_alarms, -it.found, it.minutes or LOOKS + 1) for it in (self, other))
        return all(one >= two for one, two in zip(ours, theirs, strict=True)) and ours != theirs


def errors(traffic: Traffic, candidate_rate: float, *, runs: int, seed: int) -> tuple[Counts, Counts]:
    """Of the candidate and of the stable side, by run and minute."""
    draw = np.random.default_rng(seed)
    shape = (runs, LOOKS)
    return draw.binomial(traffic.candidate, candidate_rate, shape), draw.binomial(traffic.stable, GOOD, shape)


def judged(traffic: Traffic, candidate: Counts, stable: Counts) -> Alarms:
    """Whether `judge` says FAIL at each look; a test holds it to the judge itself."""
    odds = traffic.candidate / traffic.stable
    ours, theirs = candidate.cumsum(axis=1), stable.cumsum(axis=1)
    logs = [ours * log(step) - (ours + theirs) * (log1p(odds * step) - log1p(odds)) for step in RATIOS]
    # One test has begun in these looks; `restarted` is linear in its e-value.
    to_come = restarted([0.0])
    e_values = to_come + (1 - to_come) * np.exp(np.minimum(logs, 700)).mean(axis=0)
    ratio = (ours + 0.5) / ((theirs + 0.5) * odds)
    alarms: Alarms = (e_values >= 1 / ALPHA) & (ratio >= FLOOR)
    return alarms


def alarm_rule(of: int, needed: int) -> Callable[[Traffic, Counts, Counts], Alarms]:
    """More than 1 % in `needed` of the last `of` minutes."""

    def alarms(traffic: Traffic, candidate: Counts, stable: Counts) -> Alarms:
        above = (candidate / traffic.candidate > ALARM_ABOVE).cumsum(axis=1)
        before = np.pad(above, ((0, 0), (of, 0)))[:, :LOOKS]
        fired: Alarms = above - before >= needed
        return fired

    return alarms


RULES: Mapping[str, Callable[[Traffic, Counts, Counts], Alarms]] = {
    "1 of 1": alarm_rule(1, 1),
    "3 of 3": alarm_rule(3, 3),
    "3 of 5": alarm_rule(5, 3),
    "judge": judged,
}


def measured(traffic: Traffic, *, runs: int, seed: int) -> dict[str, Measured]:
    """Every rule on the same rollouts."""
    alike = errors(traffic, GOOD, runs=runs, seed=seed)
    worse = errors(traffic, BAD, runs=runs, seed=seed + 1)
    return {name: _measured(rule(traffic, *alike), rule(traffic, *worse)) for name, rule in RULES.items()}


def interval(share: float, runs: int) -> tuple[float, float]:
    """Wilson's, at `CONFIDENCE`."""
    z = NormalDist().inv_cdf((1 + CONFIDENCE) / 2)
    middle, half = share + z * z / (2 * runs), z * sqrt(share * (1 - share) / runs + (z / (2 * runs)) ** 2)
    return max(0.0, (middle - half) / (1 + z * z / runs)), (middle + half) / (1 + z * z / runs)


def _measured(alike: Alarms, worse: Alarms) -> Measured:
    found = worse.any(axis=1)
    minutes = float(np.median(worse[found].argmax(axis=1) + 1)) if found.any() else None
    return Measured(len(alike), float(alike.any(axis=1).mean()), float(found.mean()), minutes)


def table(runs: int) -> str:
    """In Markdown."""
    names = " | ".join(f"{name}: A/A · found, minutes" for name in RULES)
    lines = [f"| requests a minute, weight | {names} |", "|---" * (len(RULES) + 1) + "|"]
    for seed, traffic in enumerate(LEVELS):
        cells = " | ".join(_cell(it) for it in measured(traffic, runs=runs, seed=10 * seed).values())
        lines.append(f"| {traffic.requests:,} at {traffic.weight_percent} % | {cells} |")
    return "\n".join(lines) + "\n"


def _cell(it: Measured) -> str:
    low, high = interval(it.false_alarms, it.runs)
    minutes = "never" if it.minutes is None else f"{it.minutes:g}"
    return f"{it.false_alarms:.1%} ({low:.1%} to {high:.1%}) · {it.found:.1%}, {minutes}"


def main(runs: int = 20_000) -> None:
    """Write the table into the documentation."""
    text = DOCUMENT.read_text()
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    said = f"{runs:,} rollouts a cell; in brackets the {CONFIDENCE:.0%} interval of the share.\n\n"
    DOCUMENT.write_text(f"{before}{BEGIN}\n{said}{table(runs)}\n{END}{after}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
