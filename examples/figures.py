"""Metrics on the held-out rows: what a model card may claim."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import accuracy_score, f1_score, log_loss, mean_absolute_error, r2_score, roc_auc_score
from sklearn.metrics import root_mean_squared_error as rmse

from examples.datasets import Split


def held_out_metrics(estimator: Any, data: Split) -> dict[str, float]:
    """Figures of a fitted estimator on rows that it has not seen, rounded to four places."""
    measured = _of_classes(estimator, data) if hasattr(estimator, "classes_") else _of_values(estimator, data)
    rounded = {name: _rounded(value) for name, value in measured.items()}
    return {"train_rows": len(data.train_rows), "held_out_rows": len(data.test_rows), **rounded}


def _rounded(value: Any) -> float:
    return int(value) if isinstance(value, int | np.integer) else round(float(value), 4)


def _of_classes(estimator: Any, data: Split) -> dict[str, float]:
    labels, probabilities = estimator.predict(data.test_rows), estimator.predict_proba(data.test_rows)
    measured = {
        "accuracy": accuracy_score(data.test_targets, labels),
        "log_loss": log_loss(data.test_targets, probabilities, labels=estimator.classes_),
        "macro_f1": f1_score(data.test_targets, labels, average="macro"),
    }
    return measured | (_of_two_classes(labels, probabilities, data) if len(estimator.classes_) == 2 else {})


def _of_two_classes(labels: NDArray[Any], probabilities: NDArray[Any], data: Split) -> dict[str, float]:
    malignant = data.test_targets == 0
    return {
        "roc_auc": roc_auc_score(~malignant, probabilities[:, 1]),
        "missed_malignant": np.sum(labels[malignant] != 0),
        "malignant_rows": np.sum(malignant),
    }


def _of_values(estimator: Any, data: Split) -> dict[str, float]:
    predicted = estimator.predict(data.test_rows)
    return {
        "mean_absolute_error": mean_absolute_error(data.test_targets, predicted),
        "root_mean_squared_error": rmse(data.test_targets, predicted),
        "r_squared": r2_score(data.test_targets, predicted),
    }
