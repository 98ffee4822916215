"""Embedded metric format: the rules of AWS's specification, checked one by one.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
"""

import re
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

_SCALES = ("", "Kilo", "Mega", "Giga", "Tera")
_SIZES = ("Bytes", *(f"{scale}bytes" for scale in _SCALES[1:]), "Bits", *(f"{scale}bits" for scale in _SCALES[1:]))
_PLAIN = ("Seconds", "Microseconds", "Milliseconds", *_SIZES, "Percent", "Count")
UNITS = frozenset({*_PLAIN, *(f"{unit}/Second" for unit in (*_SIZES, "Count")), "None"})
# A timestamp in seconds or microseconds would be an integer as well, of 1970 or of no year at all.
_YEAR_2001_MS, _YEAR_2286_MS = 10**12, 10**13


def assert_is_embedded_metric_format(record: Mapping[str, Any]) -> None:
    """Fail unless CloudWatch would read metrics from this record."""
    metadata = record["_aws"]
    assert set(metadata) == {"Timestamp", "CloudWatchMetrics"}
    assert type(metadata["Timestamp"]) is int
    assert _YEAR_2001_MS <= metadata["Timestamp"] < _YEAR_2286_MS
    assert type(metadata["CloudWatchMetrics"]) is list
    assert metadata["CloudWatchMetrics"]
    for directive in metadata["CloudWatchMetrics"]:
        assert set(directive) == {"Namespace", "Dimensions", "Metrics"}
        assert re.fullmatch(r"[A-Za-z0-9._/#:-]{1,255}", directive["Namespace"])
        _assert_dimensions(directive["Dimensions"], record)
        _assert_metrics(directive["Metrics"], record)


def _assert_dimensions(dimensions: Sequence[Sequence[str]], record: Mapping[str, Any]) -> None:
    assert dimensions
    for names in dimensions:
        assert 1 <= len(names) <= 30
        assert len(set(names)) == len(names)
        for name in names:
            assert re.fullmatch(r"(?!:)[\x20-\x7e]{1,250}", name)
            assert type(record[name]) is str
            assert re.fullmatch(r"[\x20-\x7e]{1,1024}", record[name])
            assert record[name].strip()


def _assert_metrics(metrics: Sequence[Mapping[str, Any]], record: Mapping[str, Any]) -> None:
    assert 1 <= len(metrics) <= 100
    assert len({metric["Name"] for metric in metrics}) == len(metrics)
    for metric in metrics:
        assert set(metric) <= {"Name", "Unit", "StorageResolution"}
        assert 1 <= len(metric["Name"]) <= 1024
        assert metric["Unit"] in UNITS
        assert metric.get("StorageResolution", 60) in (1, 60)
        # `type`, not `isinstance`: true and false are no numbers in JSON.
        assert type(record[metric["Name"]]) in (int, float)
        assert isfinite(record[metric["Name"]])
