"""Our own client on a running plane: a tensor that no invocation could carry, without a word of it in the code."""

import asyncio
import math

import numpy as np
import pytest

from sluice.client import AsyncInferenceClient, ClientOptions, InferenceClient, InferenceResult, RetryPolicy
from tests.acceptance.conftest import RunningPlane

pytestmark = pytest.mark.xdist_group("acceptance")
MODEL = "breast-cancer"
ROWS = math.ceil(20 * 1024 * 1024 / (30 * 4))


def test_twenty_mebibytes_are_predicted_like_their_rows(plane: RunningPlane) -> None:
    few = np.random.default_rng(7).normal(size=(64, 30)).astype(np.float32)

    with InferenceClient(plane.gateway_url) as client:
        expected = client.infer(MODEL, few, model_version="1")
        found = client.infer(MODEL, np.resize(few, (ROWS, 30)), model_version="1")

    assert found.outputs.keys() == expected.outputs.keys()
    for name, array in expected.outputs.items():
        assert np.array_equal(found.outputs[name], np.resize(array, (ROWS, *array.shape[1:])))


def test_many_predictions_at_once(plane: RunningPlane) -> None:
    rows = np.random.default_rng(7).normal(size=(20, 1, 30)).astype(np.float32)

    async def all_of_them() -> list[InferenceResult]:
        # More at once than the plane has environments: some are told 503, and come again.
        patient = ClientOptions(retries=RetryPolicy(attempts=50, first_pause_seconds=0.2, longest_pause_seconds=1))
        async with AsyncInferenceClient(plane.gateway_url, options=patient) as client:
            return await asyncio.gather(
                *(client.infer(MODEL, row, unit=f"u-{at}", request_id=f"call-{at}") for at, row in enumerate(rows))
            )

    found = asyncio.run(all_of_them())

    assert len({result.parameters["prediction_id"] for result in found}) == len(rows)
    assert [result.id for result in found] == [f"call-{at}" for at in range(len(rows))]
