"""The infer endpoint, whichever entrance a request came by: answer it, and record what was answered."""

from functools import partial

from functions.inference.instruments import Instruments
from functions.inference.large_body_desk import LargeBodyDesk, no_large_bodies
from functions.inference.payload_limit import PAYLOAD_LIMIT_BYTES, SURELY_FITS_BYTES, payload_bytes
from functions.inference.release_holder import ReleaseHolder
from sluice.adapters.http_answer import HttpAnswer
from sluice.adapters.http_errors import answer_for
from sluice.errors import PayloadTooLarge, StoreUnavailable
from sluice.inference.call import PredictionCall
from sluice.inference.record_facts import ColdStart, EnvironmentFacts, Outcome
from sluice.inference.statistics import Statistics
from sluice.inference.trace import PredictionTrace
from sluice.usecases.record_inference import RecordPorts, record_inference
from sluice.usecases.serve_prediction import AssignUnit, serve_prediction


class InferEndpoint:
    """Serves predictions of one release; one record for every answer."""

    def __init__(
        self,
        releases: ReleaseHolder,
        *,
        facts: EnvironmentFacts,
        ports: RecordPorts,
        instruments: Instruments,
        assign: AssignUnit | None = None,
        desk: LargeBodyDesk | None = None,
    ) -> None:
        self.desk = desk or LargeBodyDesk(no_large_bodies, clock=instruments.clock, limit_bytes=0)
        self._assign = assign
        self._releases = releases
        self._record = partial(record_inference, facts=facts, ports=ports)
        self._instruments = instruments
        self._cold_start: ColdStart | None = None
        self.statistics = Statistics()

    def expect_first_call(self, cold_start: ColdStart) -> None:
        """Let the next record, this environment's first, tell what its request waited for."""
        self._cold_start = cold_start

    def answer(self, call: PredictionCall) -> HttpAnswer:
        """Predict or refuse, write the record, and only then let the answer go. Never raises."""
        trace = PredictionTrace(self._instruments.new_prediction_id(), self._instruments.timer_ns)
        cold_start, self._cold_start = self._cold_start, None
        error: Exception | None = None
        try:
            answer = self._predict(call, trace)
        except Exception as failure:  # noqa: BLE001 - the boundary: a bug must be answered and recorded too
            answer, error = answer_for(failure), failure
        taken = trace.taken or call
        durable = trace.release is not None and trace.release.needs_durable_records
        try:
            outcome = Outcome(answer.status, answer.body, error)
            self._record(taken, trace, outcome, cold_start=cold_start, durable=durable)
        except StoreUnavailable as failure:
            # The record of a high-risk prediction could not be kept, so nobody may act on the prediction.
            answer = answer_for(failure)
            outcome = Outcome(answer.status, answer.body, failure)
            self._record(taken, trace, outcome, cold_start=cold_start, durable=False)
        if call.own is None:
            self.statistics.observe(trace, answer.status)
        return answer

    def _predict(self, call: PredictionCall, trace: PredictionTrace) -> HttpAnswer:
        if len(call.body) > PAYLOAD_LIMIT_BYTES:
            raise PayloadTooLarge(len(call.body), PAYLOAD_LIMIT_BYTES)
        opened = self._releases.get()
        # A copy, whose unit is masked, must not become a unit of its own and its exposure.
        assign = None if call.own else self._assign
        encoded = serve_prediction(call, opened=opened, trace=trace, assign=assign, take=self.desk.taken)
        if len(encoded.body) > SURELY_FITS_BYTES:
            needed_bytes = payload_bytes(encoded.body, is_binary=encoded.is_binary)
            if needed_bytes > PAYLOAD_LIMIT_BYTES:
                return self.desk.spilled(call, encoded, trace, needed_bytes=needed_bytes)
        return HttpAnswer(200, encoded.body, encoded.headers, encoded.media_type, encoded.is_binary)
