"""What each example is: its data, its estimator and its promises. Every estimator has a fixed seed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sklearn.decomposition import PCA
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, PolynomialFeatures, StandardScaler

from examples.datasets import DataSet, breast_cancer, diabetes, digits, wine

_SEED = 7


@dataclass(frozen=True, slots=True)
class Subject:
    """What all versions of one model share. `outputs` maps each output, in the graph's order, to its meaning."""

    name: str
    description: str
    owner: str
    risk_tier: str
    latency_budget_ms: int
    data: Callable[[], DataSet]
    row_shape: tuple[int, ...]
    outputs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Recipe:
    """One model version. `tolerance` is absolute: how far ONNX Runtime may be from scikit-learn."""

    subject: Subject
    model_version: int
    estimator: Callable[[], Any]
    tolerance: float = 1e-5
    folder: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "folder", f"{self.subject.name}/v{self.model_version}")


BREAST_CANCER = Subject(
    name="breast-cancer",
    description="Is a breast mass malignant or benign, from measurements of its cell nuclei?",
    owner="oncology-models",
    risk_tier="high",
    latency_budget_ms=50,
    data=breast_cancer,
    row_shape=(30,),
    outputs={
        "label": "the likelier class: 0 malignant, 1 benign",
        "probabilities": "probability of each class, in the order malignant, benign",
    },
)
DIGITS = Subject(
    name="digits",
    description="Which digit does a handwritten 8 by 8 image show?",
    owner="vision-models",
    risk_tier="low",
    latency_budget_ms=50,
    data=digits,
    row_shape=(8, 8),
    outputs={
        "label": "the likeliest digit, 0 to 9",
        "probabilities": "probability of each digit, in the order 0 to 9",
    },
)
DIABETES = Subject(
    name="diabetes",
    description="How far will diabetes have progressed one year after this baseline?",
    owner="chronic-care-models",
    risk_tier="medium",
    latency_budget_ms=50,
    data=diabetes,
    row_shape=(10,),
    outputs={"progression": "expected disease progression after one year; in the data it runs from 25 to 346"},
)
WINE = Subject(
    name="wine",
    description="Which grape is a Piedmont wine made of, from its chemical analysis?",
    owner="cellar-models",
    risk_tier="low",
    latency_budget_ms=50,
    data=wine,
    row_shape=(13,),
    outputs={
        "cultivar": "the likeliest cultivar: barbera, barolo or grignolino",
        "probabilities": "probability of each cultivar, in the order barbera, barolo, grignolino",
    },
)


def _boosted_trees() -> Any:
    return GradientBoostingClassifier(n_estimators=100, max_depth=3, subsample=0.5, random_state=_SEED)


def _small_network() -> Any:
    return make_pipeline(MinMaxScaler(), MLPClassifier((64,), max_iter=400, random_state=_SEED))


def _quadratic_regression() -> Any:
    # Chosen by cross-validation of the training rows; more components gain little, and take far longer to load.
    squares_and_products = PolynomialFeatures(2, include_bias=False)
    return make_pipeline(MinMaxScaler(), PCA(16), squares_and_products, LogisticRegression(C=10, max_iter=1000))


RECIPES = (
    Recipe(BREAST_CANCER, 1, lambda: make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))),
    Recipe(BREAST_CANCER, 2, _boosted_trees),
    Recipe(DIGITS, 1, _small_network),
    Recipe(DIGITS, 2, _quadratic_regression),
    # Values near 150 are 1.5e-5 apart in FP32, so 1e-5 cannot be promised here.
    Recipe(DIABETES, 1, lambda: make_pipeline(StandardScaler(), Ridge(alpha=1.0)), tolerance=1e-3),
    Recipe(WINE, 1, lambda: RandomForestClassifier(60, random_state=_SEED)),
)
