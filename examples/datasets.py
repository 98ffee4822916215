"""The data sets: they ship inside scikit-learn, so nothing is downloaded."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import numpy as np
import sklearn
from numpy.typing import NDArray
from sklearn import datasets
from sklearn.model_selection import train_test_split

SPLIT_SEED = 20
HELD_OUT_SHARE = 0.25

# scikit-learn ships the UCI copy, which names the cultivars class_0 to class_2; the names are those of the study
# (Forina et al., Vitis 25, 1986), in the order of its 59, 71 and 48 wines.
_CULTIVARS = np.array(["barolo", "grignolino", "barbera"])


@dataclass(frozen=True, slots=True)
class DataSet:
    """Rows of features, each with its target; `rows` are float32, as a served model receives them."""

    file: str
    feature_names: tuple[str, ...]
    rows: NDArray[np.float32]
    targets: NDArray[Any]

    @property
    def uri(self) -> str:
        """The file inside the scikit-learn package, as a package URL."""
        return f"pkg:pypi/scikit-learn@{sklearn.__version__}#sklearn/datasets/data/{self.file}"

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical form: UTF-8 CSV, a header, shortest round-trip float32s, LF line ends."""
        lines = [",".join([*self.feature_names, "target"])]
        lines += [",".join([*map(str, row), str(target)]) for row, target in zip(self.rows, self.targets, strict=True)]
        return sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Split:
    """What a model learns from, and the held-out quarter that its metrics and golden examples come from."""

    train_rows: NDArray[np.float32]
    train_targets: NDArray[Any]
    test_rows: NDArray[np.float32]
    test_targets: NDArray[Any]


def split(data: DataSet) -> Split:
    """The one split of this data set; classes keep their shares, a continuous target is not stratified."""
    classes = None if data.targets.dtype.kind == "f" else data.targets
    train_rows, test_rows, train_targets, test_targets = train_test_split(
        data.rows, data.targets, test_size=HELD_OUT_SHARE, random_state=SPLIT_SEED, stratify=classes
    )
    return Split(train_rows, train_targets, test_rows, test_targets)


def breast_cancer() -> DataSet:
    """569 fine-needle aspirates, 30 measurements of cell nuclei; 0 malignant, 1 benign."""
    bunch = datasets.load_breast_cancer()
    return _data_set("breast_cancer.csv", bunch, names=[name.replace(" ", "_") for name in bunch.feature_names])


def digits() -> DataSet:
    """1,797 handwritten digits of 8 by 8 pixels, each 0 (paper) to 16 (ink)."""
    bunch = datasets.load_digits()
    return _data_set("digits.csv.gz", bunch, names=bunch.feature_names)


def diabetes() -> DataSet:
    """442 patients in the units they were measured in; the target is disease progression after one year."""
    bunch = datasets.load_diabetes(scaled=False)
    return _data_set("diabetes_data_raw.csv.gz", bunch, names=bunch.feature_names)


def wine() -> DataSet:
    """178 wines of one region, 13 measurements, three cultivars by name."""
    bunch = datasets.load_wine()
    bunch.target = _CULTIVARS[bunch.target]
    return _data_set("wine_data.csv", bunch, names=[name.replace("/", "_to_") for name in bunch.feature_names])


def _data_set(file: str, bunch: Any, *, names: Sequence[str]) -> DataSet:
    return DataSet(file, tuple(map(str, names)), bunch.data.astype(np.float32), bunch.target)
