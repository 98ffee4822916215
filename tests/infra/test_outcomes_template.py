"""Outcomes: durable before they are stored, stored in batches, and found again where they could not be."""

from dataclasses import replace
from typing import Any

import pytest

from infra.declarations.environment import Environment
from infra.environments import DEV
from tests.infra.conftest import Synthesise, Synthesised

DAY_SECONDS = 24 * 3_600


@pytest.fixture
def queues(synthesised: Synthesised) -> dict[str, dict[str, Any]]:
    """The whole resources: the queue, and its dead letters."""
    found = synthesised.resources("data", "AWS::SQS::Queue")
    return {"dead letters" if "DeadLetters" in id_ else "queue": it for id_, it in found.items()}


def mapping_of(found: Synthesised) -> dict[str, Any]:
    [mapping] = found.properties("serving", "AWS::Lambda::EventSourceMapping")
    return mapping


def test_both_queues_are_encrypted_as_what_is_personal(
    queues: dict[str, dict[str, Any]], synthesised: Synthesised, environment: Environment
) -> None:
    assert set(queues) == {"queue", "dead letters"}
    for queue in queues.values():
        key = queue["Properties"].get("KmsMasterKeyId")
        if environment.data.customer_keys:
            assert key["Fn::GetAtt"][0].startswith("KeysPersonal")
        else:
            assert queue["Properties"]["SqsManagedSseEnabled"] is True


def test_neither_queue_answers_without_tls(synthesised: Synthesised) -> None:
    policies = synthesised.properties("data", "AWS::SQS::QueuePolicy")
    guarded = {queue["Ref"] for policy in policies for queue in policy["Queues"]}

    assert guarded == set(synthesised.resources("data", "AWS::SQS::Queue"))
    for policy in policies:
        [statement] = policy["PolicyDocument"]["Statement"]
        assert (statement["Effect"], statement["Action"]) == ("Deny", "sqs:*")
        assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}


def test_what_cannot_be_stored_is_kept_longer_than_what_waits(queues: dict[str, dict[str, Any]]) -> None:
    """The days of a dead letter are counted from when it came in."""
    waits, dead = (queues[name]["Properties"]["MessageRetentionPeriod"] for name in ("queue", "dead letters"))

    assert (waits, dead) == (7 * DAY_SECONDS, 14 * DAY_SECONDS)


def test_a_message_is_tried_for_an_hour_before_it_is_given_up(queues: dict[str, dict[str, Any]]) -> None:
    queue = queues["queue"]["Properties"]
    tries = queue["RedrivePolicy"]["maxReceiveCount"]

    assert "DeadLetters" in queue["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
    assert 3_600 <= tries * queue["VisibilityTimeout"] <= 2 * 3_600
    assert "RedrivePolicy" not in queues["dead letters"]["Properties"]


def test_a_message_is_hidden_for_six_times_as_long_as_its_function_may_take(
    queues: dict[str, dict[str, Any]], synthesised: Synthesised
) -> None:
    timeout = synthesised.functions["outcomes.delivery_handler"]["Timeout"]
    window = mapping_of(synthesised)["MaximumBatchingWindowInSeconds"]

    assert queues["queue"]["Properties"]["VisibilityTimeout"] >= 6 * timeout + window


def test_protected_outcomes_outlive_their_stack(queues: dict[str, dict[str, Any]], environment: Environment) -> None:
    policy = "Retain" if environment.data.protected else "Delete"
    for queue in queues.values():
        assert (queue["DeletionPolicy"], queue["UpdateReplacePolicy"]) == (policy, policy)


def test_the_queue_is_read_in_batches_of_which_only_what_failed_comes_again(synthesised: Synthesised) -> None:
    mapping = mapping_of(synthesised)

    assert mapping["BatchSize"] == 50
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 10}
    assert "OutcomesQueue" in str(mapping["EventSourceArn"])
    assert "OutcomesDeliveryCurrent" in str(mapping["FunctionName"])


def test_the_mapping_waits_until_its_function_may_read_the_queue(synthesised: Synthesised) -> None:
    [mapping] = synthesised.resources("serving", "AWS::Lambda::EventSourceMapping").values()
    policies = synthesised.resources("serving", "AWS::IAM::Policy")

    assert any(each in policies for each in mapping["DependsOn"])


def test_how_much_is_stored_at_once_is_declared(synthesise: Synthesise) -> None:
    declared = replace(DEV, experiments=replace(DEV.experiments, outcomes_concurrency=33))

    assert mapping_of(synthesise(declared))["ScalingConfig"] == {"MaximumConcurrency": 33}


def test_stored_outcomes_expire_with_the_records(synthesised: Synthesised, environment: Environment) -> None:
    [records] = [
        it for id_, it in synthesised.resources("data", "AWS::S3::Bucket").items() if id_.startswith("Records")
    ]
    rules = [it for it in records["Properties"]["LifecycleConfiguration"]["Rules"] if "ExpirationInDays" in it]
    [expiry] = [it for it in rules if not {"Prefix", "Filter", "TagFilters"} & set(it)]

    assert expiry["ExpirationInDays"] == environment.data.retention.records_days
    # What is sent and answered by URL goes sooner; nothing that is stored for good lies below the same names.
    assert [it["Prefix"] for it in rules if it is not expiry] == ["uploads/", "downloads/"]


def test_the_stack_tells_where_the_dead_letters_are(synthesised: Synthesised) -> None:
    told = synthesised.templates["data"]["Outputs"]["OutcomesDeadLetters"]["Value"]

    assert "DeadLetters" in told["Fn::GetAtt"][0]
