"""Every experiment and namespace that hypothesis can think of."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import strategies as st

from sluice.experiments.attributes import AttributeType
from sluice.experiments.experiment import Conclusion, Experiment, ExperimentState, Hashing, Plan
from sluice.experiments.namespace import Namespace, Ownership, Quarantine
from sluice.experiments.slot_ranges import SlotRange
from sluice.experiments.slots import SLOT_COUNT
from sluice.experiments.variant import Variant

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
WORDS = TEXTS.filter(str.strip)
KEYS = st.from_regex(r"[a-z0-9]([a-z0-9_-]{0,10}[a-z0-9])?", fullmatch=True)
SEEDS = st.text(st.characters(exclude_categories=["Cs"]).filter(str.isprintable), max_size=10)
COUNTS = st.none() | st.integers(1, 10**9)
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2050, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
PARAMETERS = st.dictionaries(
    st.from_regex(r"[a-z][a-z0-9_]{0,6}", fullmatch=True),
    TEXTS | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | st.booleans(),
    max_size=3,
)
SCHEMAS = st.dictionaries(st.from_regex(r"x[a-z0-9_]{0,6}", fullmatch=True), st.sampled_from(AttributeType), max_size=3)


@st.composite
def ranges(draw: st.DrawFn) -> tuple[SlotRange, ...]:
    edges = draw(st.lists(st.integers(0, SLOT_COUNT), min_size=2, max_size=8, unique=True))
    edges = sorted(edges)[: len(edges) // 2 * 2]
    return tuple(SlotRange(*pair) for pair in zip(edges[::2], edges[1::2], strict=True))


@st.composite
def variants(draw: st.DrawFn) -> tuple[Variant, ...]:
    keys = draw(st.lists(KEYS, min_size=2, max_size=5, unique=True))
    cuts = sorted(draw(st.lists(st.integers(0, 10_000), min_size=len(keys) - 1, max_size=len(keys) - 1)))
    weights = [end - start for start, end in zip([0, *cuts], [*cuts, 10_000], strict=True)]
    return tuple(
        Variant(key, weight, draw(COUNTS), draw(PARAMETERS)) for key, weight in zip(keys, weights, strict=True)
    )


PLANS = st.builds(
    Plan,
    primary_metric=KEYS,
    guardrails=st.lists(KEYS, max_size=3).map(tuple),
    planned_days=COUNTS,
    planned_units=COUNTS,
)
_WRITTEN: dict[str, Any] = {
    "key": KEYS,
    "hypothesis": WORDS,
    "owner": WORDS,
    "model": KEYS,
    "namespace": KEYS,
    "slots": ranges(),
    "variants": variants(),
    "plan": PLANS,
    "unit_type": st.sampled_from(["user", "account-7", "d"]),
    "eligibility": TEXTS,
    "attributes": SCHEMAS,
    "coverage_bps": st.integers(0, 10_000),
    "hashing": st.sampled_from(Hashing),
    "seed": SEEDS,
    "sticky": st.booleans(),
}
DRAFTS = st.builds(Experiment, **_WRITTEN)


@st.composite
def experiments(draw: st.DrawFn) -> Experiment:
    """In any state of life."""
    members = {name: draw(strategy) for name, strategy in _WRITTEN.items()}
    state = draw(st.sampled_from(ExperimentState))
    members |= {"state": state, "revision": draw(st.integers(1, 10**6)), "allocation_version": draw(st.integers(1, 99))}
    if state is not ExperimentState.DRAFT:
        members["is_stopped"] = draw(st.booleans())
    keys = [each.key for each in members["variants"]]
    if state is ExperimentState.CONCLUDED:
        members["conclusion"] = Conclusion(draw(st.none() | st.sampled_from(keys)), draw(TEXTS))
    return Experiment(**members)


NEW_NAMESPACES = st.builds(
    Namespace,
    key=KEYS,
    unit_type=st.sampled_from(["user", "account-7"]),
    seed=SEEDS,
    holdout_bps=st.integers(0, 10_000),
    precedence=st.integers(0, 1_000),
    quarantine_days=st.integers(0, 1_000),
    description=TEXTS,
)


@st.composite
def namespaces(draw: st.DrawFn) -> Namespace:
    """With some slots owned, and others at rest, which may overlap in the past."""
    empty = draw(NEW_NAMESPACES)
    taken, owners = list(draw(ranges())), draw(st.lists(KEYS, min_size=1, max_size=3, unique=True))
    owned = [Ownership(key, tuple(taken[at :: len(owners)])) for at, key in enumerate(owners)]
    resting = draw(st.lists(st.builds(Quarantine, experiment=KEYS, slots=ranges(), until=INSTANTS), max_size=2))
    return Namespace(
        empty.key,
        empty.unit_type,
        empty.seed,
        empty.holdout_bps,
        empty.precedence,
        empty.quarantine_days,
        empty.description,
        tuple(each for each in owned if each.slots),
        tuple(resting),
        draw(st.integers(1, 10**6)),
    )
