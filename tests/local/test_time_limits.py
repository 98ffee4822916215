"""One timer for all requests: whoever is late is cancelled, and nobody else."""

import asyncio

from sluice.local.gateway.time_limits import TimeLimits


async def outcome_of(limits: TimeLimits, *, waits: bool) -> str:
    limit = limits.begin()
    try:
        if waits:
            await asyncio.Event().wait()
    except asyncio.CancelledError:
        return "passed" if limit.has_passed else "cancelled"
    finally:
        limits.end(limit)
    return "done"


def test_each_of_many_that_are_late_is_cancelled_and_who_ended_in_time_is_not() -> None:
    async def main() -> list[str]:
        limits = TimeLimits(0.001)
        return await asyncio.gather(*(outcome_of(limits, waits=at % 3 != 0) for at in range(9)))

    assert asyncio.run(main()) == ["done", "passed", "passed"] * 3


def test_a_limit_passes_also_for_who_begins_after_others_were_late() -> None:
    async def main() -> list[str]:
        limits = TimeLimits(0.001)
        return [await outcome_of(limits, waits=True) for _ in range(3)]

    assert asyncio.run(main()) == ["passed"] * 3


def test_a_task_that_others_cancel_is_not_told_that_it_was_late() -> None:
    async def main() -> str:
        limits = TimeLimits(60)
        task = asyncio.create_task(outcome_of(limits, waits=True))
        await asyncio.sleep(0)
        task.cancel()
        limits.close()
        return await task

    assert asyncio.run(main()) == "cancelled"
