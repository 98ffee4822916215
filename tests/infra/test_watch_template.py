"""Alarms that say who answers and what to do, dashboards that need no version's number, records that reach S3."""

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from infra.declarations.environment import Environment
from infra.environments import ENVIRONMENTS
from tests.infra.conftest import ROOT, Synthesised

WATCHED = [name for name, environment in ENVIRONMENTS.items() if environment.is_watched]
CHAPTERS = {
    re.sub(r"[^a-z0-9]+", "-", line.removeprefix("## ").strip().lower())
    for line in (ROOT / "docs" / "runbook.md").read_text().splitlines()
    if line.startswith("## ")
}


@pytest.fixture(params=WATCHED)
def watched(request: pytest.FixtureRequest, all_synthesised: Mapping[str, Synthesised]) -> Synthesised:
    return all_synthesised[request.param]


def alarms(found: Synthesised) -> dict[str, dict[str, Any]]:
    return {id_: it["Properties"] for id_, it in found.resources("watch", "AWS::CloudWatch::Alarm").items()}


def queries(alarm: Mapping[str, Any]) -> list[str]:
    return [each["Expression"] for each in alarm.get("Metrics", []) if "Expression" in each]


def test_an_environment_that_is_not_watched_pays_for_no_alarm(all_synthesised: Mapping[str, Synthesised]) -> None:
    assert "watch" not in all_synthesised["dev"].templates


def test_every_alarm_names_its_owner_and_a_chapter_that_exists(watched: Synthesised) -> None:
    for alarm in alarms(watched).values():
        text = alarm["AlarmDescription"]
        assert re.search(r"Owner: \w+\.", text)
        assert text.split("#")[1] in CHAPTERS


def test_every_alarm_reaches_the_topic_and_idling_wakes_nobody(watched: Synthesised) -> None:
    [topic] = watched.resources("watch", "AWS::SNS::Topic")
    for id_, alarm in alarms(watched).items():
        assert alarm["AlarmActions"] == alarm["OKActions"] == [{"Ref": topic}]
        assert alarm["TreatMissingData"] == ("breaching" if "FailsafeSilent" in id_ else "notBreaching")


def test_each_function_version_is_watched_though_nobody_knows_its_number(watched: Synthesised) -> None:
    grouped = [query for alarm in alarms(watched).values() for query in queries(alarm) if "GROUP BY" in query]

    assert len(grouped) == 2
    assert all(query.endswith("GROUP BY function_version ORDER BY AVG() DESC") for query in grouped)


def test_models_are_watched_in_their_own_environment_and_by_what_is_declared(
    all_synthesised: Mapping[str, Synthesised],
) -> None:
    prod = alarms(all_synthesised["prod"])
    rates = {
        query.split("WHERE model = ")[1].split(" ")[0]: alarm["Threshold"]
        for alarm in prod.values()
        for query in queries(alarm)
    }

    assert rates == {"'breast-cancer'": 0.005, "'wine'": 0.01}
    assert all('SCHEMA("Sluice/prod"' in query for alarm in prod.values() for query in queries(alarm))


def test_what_only_some_models_have_is_watched_only_there(all_synthesised: Mapping[str, Synthesised]) -> None:
    def named(part: str) -> list[str]:
        return [id_ for id_ in alarms(all_synthesised["prod"]) if part in id_]

    assert len(named("Spillover")) == 1
    assert len(named("Concurrency")) == 2


def test_outcomes_that_cannot_be_stored_and_outcomes_that_wait_wake_their_owner(watched: Synthesised) -> None:
    found = {it["MetricName"]: it for it in alarms(watched).values() if it.get("Namespace") == "AWS/SQS"}

    assert set(found) == {"ApproximateNumberOfMessagesVisible", "ApproximateAgeOfOldestMessage"}
    dead, oldest = found["ApproximateNumberOfMessagesVisible"], found["ApproximateAgeOfOldestMessage"]
    assert (dead["Threshold"], oldest["Threshold"]) == (0, 900)
    assert "DeadLetters" in str(dead["Dimensions"])
    assert "DeadLetters" not in str(oldest["Dimensions"])
    assert all("Owner: platform." in it["AlarmDescription"] for it in found.values())


def test_few_samples_make_no_percentile(watched: Synthesised) -> None:
    latencies = [alarm for id_, alarm in alarms(watched).items() if "Latency" in id_]

    assert latencies
    assert {alarm["EvaluateLowSampleCountPercentile"] for alarm in latencies} == {"ignore"}


def test_each_model_has_a_dashboard_of_everything_that_its_owner_asks_about(watched: Synthesised) -> None:
    boards = watched.properties("watch", "AWS::CloudWatch::Dashboard")
    assert len(boards) == 2
    for board in boards:
        body = json.dumps(board["DashboardBody"])
        for wanted in (
            "ColdLatencyMs",
            "LatencyMs",
            "ServerErrors",
            "AssignmentFallbacks",
            "model_version",
            "Lambda cost",
            "ExecutionsFailed",
            "FailsafeRestored",
            "Owner: ",
        ):
            assert wanted in body


def test_the_topic_takes_no_message_without_tls(watched: Synthesised) -> None:
    [policy] = watched.properties("watch", "AWS::SNS::TopicPolicy")

    assert any(
        it["Effect"] == "Deny" and "aws:SecureTransport" in str(it) for it in policy["PolicyDocument"]["Statement"]
    )


def test_each_kind_of_record_is_shipped_to_a_place_of_its_own(watched: Synthesised) -> None:
    streams = watched.properties("serving", "AWS::KinesisFirehose::DeliveryStream")
    prefixes = {each["ExtendedS3DestinationConfiguration"]["Prefix"].split("/")[0] for each in streams}
    [exposures] = [id_ for id_ in watched.resources("serving", "AWS::Logs::SubscriptionFilter") if "Control" in id_]

    assert prefixes == {"inference-records", "flag-exposures"}
    sent_to = watched.templates["serving"]["Resources"][exposures]["Properties"]["DestinationArn"]
    assert sent_to["Fn::GetAtt"][0].startswith("FlagExposureShipping")


def test_records_are_shipped_where_that_is_declared(environment: Environment, synthesised: Synthesised) -> None:
    streams = synthesised.properties("serving", "AWS::KinesisFirehose::DeliveryStream")
    filters = synthesised.properties("serving", "AWS::Logs::SubscriptionFilter")

    patterns = sorted(each["FilterPattern"] for each in filters)
    of_models = ['{ $.record = "inference" }'] * len(environment.models)

    assert len(streams) == (2 if environment.data.ship_records else 0)
    assert patterns == (['{ $.record = "flag_exposure" }', *of_models] if environment.data.ship_records else [])
    for stream in streams:
        destination = stream["ExtendedS3DestinationConfiguration"]
        kinds = [each["Type"] for each in destination["ProcessingConfiguration"]["Processors"]]
        assert kinds == ["Decompression", "CloudWatchLogProcessing"]
        assert "KMSEncryptionConfig" in destination["EncryptionConfiguration"]
