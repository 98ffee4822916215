"""Sticky units in real processes: one arm for ever, and what ends it.

A unit keeps its arm across other weights, a ramp, new processes, caches that run out, a new release and a DynamoDB that
was away. Four things end it: the experiment is stopped, it is concluded, its slots go to another experiment after that,
or the record of the assignment expires. Every test changes the weights so that the unit would be drawn otherwise: what
it keeps, it keeps because that is stored.
"""

import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import count

import pytest

from sluice.errors import MoveRefused
from sluice.experiments.experiment import Experiment
from sluice.experiments.lifecycle import ramp, reallocate
from sluice.experiments.namespace import Namespace
from tests.local.dynamodb_proxy import Answer, Call, Forward, passed_on
from tests.local.experiments_on_the_plane import SCALE_OUT, ServedExperiments, Told, served_experiments, told
from tests.unit.experiments.running import an_experiment
from tests.unit.usecases.assigner_plane import a_unit_that_moves

pytestmark = [pytest.mark.timeout(300), pytest.mark.xdist_group("units-on-the-plane")]

CLIENTS = 50
OTHER_WEIGHTS = {"control": 1_000, "treatment": 9_000}
keys = (f"exp-{number}" for number in count(1))


@pytest.fixture(scope="module")
def served() -> Iterator[ServedExperiments]:
    """Tables, and a function that remembers nothing between two requests unless a test says so."""
    with served_experiments() as served:
        yield served


@pytest.fixture(scope="module")
def forgetful(served: ServedExperiments) -> str:
    """The function version of which that is true."""
    return served.publish()


@dataclass
class Trial:
    """An experiment, its next state with other weights, and a unit of its own that those would move."""

    before: Experiment
    after: Experiment
    namespace: Namespace

    def __post_init__(self) -> None:
        self.unit, self.old, self.new = a_unit_that_moves(self.before, self.after, f"unit-of-{self.before.key}")

    def gets(self, variant: str, reason: str) -> Told:
        return self.before.key, variant, reason

    @property
    def nothing(self) -> Told:
        return None, None, "RELEASE_DEFAULT"


@pytest.fixture
def trial(served: ServedExperiments, forgetful: str) -> Iterator[Trial]:
    """It runs, its unit is in, and the weights have changed since; concluded at the end, whatever became of it."""
    key = next(keys)
    served.serve(forgetful)
    before = an_experiment(key, namespace=key, coverage_bps=9_000)
    trial = Trial(before, reallocate(before, OTHER_WEIGHTS), Namespace(key, quarantine_days=0))
    served.run(before, trial.namespace)
    assert served.told(trial.unit) == trial.gets(trial.old, "BUCKETED")
    served.reallocate(trial.after)
    yield trial
    with suppress(MoveRefused):
        served.conclude(before)


def test_other_weights_move_nobody_who_is_in(served: ServedExperiments, trial: Trial) -> None:
    assert served.told(trial.unit) == trial.gets(trial.old, "STORED")
    (item,) = served.items(trial.unit).values()
    assert (item["variant"]["S"], item["allocation_version"]["N"]) == (trial.old, "1")


def test_a_ramp_moves_nobody_who_is_in(served: ServedExperiments, trial: Trial) -> None:
    served.ramp(ramp(trial.after, 10_000))

    assert served.told(trial.unit) == trial.gets(trial.old, "STORED")


def test_new_processes_know_the_arm(served: ServedExperiments, trial: Trial) -> None:
    victims = [it.pid for it in served.plane.host.environments() if it.pid is not None]
    for victim in victims:
        os.kill(victim, signal.SIGKILL)
    served.await_end_of(victims)

    assert served.told(trial.unit) == trial.gets(trial.old, "STORED")
    assert victims
    assert not {it.pid for it in served.plane.host.environments()} & set(victims)


def test_a_new_release_knows_the_arm(served: ServedExperiments, trial: Trial) -> None:
    served.serve(served.publish(2, default_version=1))

    answer = served.ask(trial.unit)

    assert answer.json()["parameters"]["release"] == 2
    assert told(answer) == trial.gets(trial.old, "STORED")


def test_the_arm_outlives_what_processes_remember(served: ServedExperiments, trial: Trial) -> None:
    """A second after the weights have changed a process has read everything again, and new units get the new ones."""
    served.serve(served.publish(SNAPSHOT_CACHE_SECONDS="1", UNIT_STATE_CACHE_SECONDS="1"))
    served.told(trial.unit)
    again = reallocate(trial.after, {"control": 10_000, "treatment": 0})
    served.reallocate(again)
    new_units = (f"new-{number}" for number in count())

    while served.told(next(new_units))[1] != "control" or served.told(next(new_units))[1] != "control":
        assert served.told(trial.unit) == trial.gets(trial.old, "STORED")

    assert served.told(trial.unit) == trial.gets(trial.old, "STORED")
    assert len(served.items(trial.unit)) == 1


def test_a_dynamodb_that_was_away_gives_the_arm_back(served: ServedExperiments, trial: Trial) -> None:
    throttled = Answer(400, b'{"__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"}')
    assert served.told(trial.unit) == trial.gets(trial.old, "STORED")
    served.proxy.rule = lambda call, forward: throttled

    meanwhile = served.told(trial.unit)
    served.proxy.rule = passed_on

    assert meanwhile == trial.gets(trial.new, "FALLBACK")
    assert served.told(trial.unit) == trial.gets(trial.old, "STORED")
    assert len(served.items(trial.unit)) == 1


def test_a_kill_switch_ends_it(served: ServedExperiments, trial: Trial) -> None:
    served.stop(trial.before)

    assert served.told(trial.unit) == (trial.before.key, None, "KILL_SWITCH")


def test_a_conclusion_ends_it(served: ServedExperiments, trial: Trial) -> None:
    served.conclude(trial.before)

    assert served.told(trial.unit) == trial.nothing


def test_an_heir_of_the_slots_ends_it(served: ServedExperiments, trial: Trial) -> None:
    heir = an_experiment(next(keys), namespace=trial.before.namespace)
    served.conclude(trial.before)
    served.run(heir, trial.namespace)

    experiment, _, reason = served.told(trial.unit)

    assert (experiment, reason) == (heir.key, "BUCKETED")
    assert served.items(trial.unit).keys() == {f"assignment#{trial.before.key}", f"assignment#{heir.key}"}
    served.conclude(heir)


def test_the_end_of_its_record_ends_it(served: ServedExperiments, trial: Trial) -> None:
    served.expire(trial.unit, trial.before)

    assert served.told(trial.unit) == trial.gets(trial.new, "BUCKETED")
    assert served.told(trial.unit) == trial.gets(trial.new, "STORED")
    (item,) = served.items(trial.unit).values()
    assert (item["variant"]["S"], item["allocation_version"]["N"]) == (trial.new, "2")


class AllAtOnce:
    """Writes wait until `count` of them have come: nobody can have read what another one stores."""

    def __init__(self, count: int) -> None:
        self.writes = 0
        self._barrier = threading.Barrier(count)
        self._is_open = threading.Event()

    def __call__(self, call: Call, forward: Forward) -> Answer | None:
        if call.operation == "PutItem":
            self.writes += 1
            if not self._is_open.is_set():
                self._barrier.wait(120)
                self._is_open.set()
        return forward()


def test_fifty_first_requests_at_once_get_one_arm_and_leave_one_item(served: ServedExperiments) -> None:
    """Half of the processes know the old weights and half the new, so they draw the unit differently."""
    key = next(keys)
    before = an_experiment(key, namespace=key)
    trial = Trial(before, reallocate(before, OTHER_WEIGHTS), Namespace(key))
    served.run(before, trial.namespace)
    old = served.publish(SNAPSHOT_CACHE_SECONDS="3600", DEPLOYMENT="old")
    served.warm(old)
    served.reallocate(trial.after)
    new = served.publish(SNAPSHOT_CACHE_SECONDS="3600", DEPLOYMENT="new")
    served.warm(new)
    served.serve(old, new)
    gate = served.proxy.rule = AllAtOnce(2 * SCALE_OUT)
    start = threading.Barrier(CLIENTS)

    def first_request(_: int) -> Told:
        start.wait(60)
        return served.told(trial.unit)

    with ThreadPoolExecutor(CLIENTS) as pool:
        answers = list(pool.map(first_request, range(CLIENTS)))

    served.proxy.rule = passed_on
    served.conclude(before)
    assert gate.writes == 2 * SCALE_OUT
    assert {(experiment, variant) for experiment, variant, _ in answers} == {(key, answers[0][1])}
    assert Counter(reason for _, _, reason in answers) == {"BUCKETED": 1, "STORED": CLIENTS - 1}
    (item,) = served.items(trial.unit).values()
    assert item["variant"]["S"] == answers[0][1]
