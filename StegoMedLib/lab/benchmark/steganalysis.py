"""``stegomed benchmark steganalysis``: how well a detector that was trained on other series tells marked planes.

The detector knows everything but the key: it learns from unmarked planes and from the same planes marked by the very
method, at the very payload, and looks where the method hides. It is tested on series it has not seen, one after the
other; orientations of one study count as one. An AUC of 0.5 is guessing, 1 is certainty.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Protocol

import numpy as np

from StegoMedLib.blocks import pixels_of
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.lab.benchmark.methods import MethodFailedError, Told
from StegoMedLib.lab.benchmark.residual_features import residual_features
from StegoMedLib.series.slice import Progress, silent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from StegoMedLib.lab.benchmark.methods import Method
    from StegoMedLib.lab.benchmark.peers_run import Slice

__all__ = [
    "CLASSIFIERS",
    "REGIONS",
    "Covers",
    "DetectionRow",
    "Pairs",
    "detect",
    "group_of",
    "make_pairs",
    "payload_bits",
]

CLASSIFIERS = ("linear", "boosted")
REGIONS = ("air", "plane")

_FEWEST = 3
"""Pairs that a group needs to be tested on: an AUC of one or two says nothing."""

_ORIENTATIONS = ("axial", "coronal", "sagittal")


@dataclass
class Pairs:
    """Features of unmarked planes and of the same planes marked.

    Attributes
    ----------
    groups : list of str
        Whose plane it is; planes of one group are never learnt from and tested on at once.
    covers, stegos : list of ndarray of float64, shape (F,)
    """

    groups: list[str] = field(default_factory=list)
    covers: list[NDArray[np.float64]] = field(default_factory=list)
    stegos: list[NDArray[np.float64]] = field(default_factory=list)

    @property
    def tested(self) -> list[str]:
        """Groups that can be tested on while others are learnt from."""
        names = dict.fromkeys(self.groups)
        return [name for name in names if len(names) > 1 and self.groups.count(name) >= _FEWEST]


@dataclass(frozen=True)
class DetectionRow:
    """What a detector achieved.

    Attributes
    ----------
    method, payload, region, classifier : str
    pairs : int
        Planes that could carry the payload.
    auc : float
        Mean over the groups.
    deviation : float
        Standard deviation over the groups.
    groups : mapping of str to float
        AUC of every group that was tested on.
    """

    method: str
    payload: str
    region: str
    classifier: str
    pairs: int
    auc: float
    deviation: float
    groups: Mapping[str, float]

    def as_json(self) -> dict[str, object]:
        """Row of the report."""
        return asdict(self)


class _Classifier(Protocol):
    def fit(self, features: NDArray[np.float64], labels: NDArray[np.int64]) -> object: ...
    def decision_function(self, features: NDArray[np.float64]) -> NDArray[np.float64]: ...


def group_of(series: str) -> str:
    """Group of a series: its name, without the orientation where one study was cut three ways."""
    stem, _, last = series.rpartition("_")
    return stem if last in _ORIENTATIONS else series


def payload_bits(length: int, *seeds: int) -> NDArray[np.bool_]:
    """Random payload: what is hidden is encrypted, so it looks like this; bool, shape (length,)."""
    return np.random.default_rng([length, *seeds]).random(length) < 0.5  # noqa: PLR2004  fair coins


class Covers:
    """Features of unmarked planes, each computed once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], NDArray[np.float64]] = {}

    def features(self, item: Slice, region: str) -> NDArray[np.float64]:
        """Features of a plane in a region."""
        key = item.file, region
        if key not in self._known:
            self._known[key] = residual_features(item.plane.pixels, _region(item, region))
        return self._known[key]


def make_pairs(
    method: Method,
    slices: Sequence[Slice],
    lengths: Mapping[str, int],
    covers: Covers,
    *,
    regions: Sequence[str] = REGIONS,
    seed: int = 0,
) -> dict[str, Pairs]:
    """Mark every slice that has the capacity and take features of both, for each region.

    Parameters
    ----------
    method : Method
    slices : sequence of Slice
    lengths : mapping of str to int
        Bits to hide in a slice, by its file.
    covers : Covers
    regions : sequence of str
        Of `REGIONS`: ``"air"`` is usable blocks only, ``"plane"`` is all.
    seed : int
        Of the payloads.
    """
    pairs = {region: Pairs() for region in regions}
    for number, item in enumerate(slices):
        told = Told(item.usable, item.outside, lengths[item.file], 1, float(np.ptp(item.plane.pixels)))
        try:
            stego = method.embed(item.plane, payload_bits(told.length, seed, number), told)
        except MethodFailedError:
            continue
        for region, own in pairs.items():
            own.groups.append(group_of(item.series))
            own.covers.append(covers.features(item, region))
            own.stegos.append(residual_features(stego, _region(item, region)))
    return pairs


def detect(
    pairs: Pairs, classifier: str, *, method: str, payload: str, region: str, progress: Progress = silent
) -> DetectionRow:
    """Learn from all groups but one, test on that one, in turn.

    Raises
    ------
    UnusableInputError
        When scikit-learn is missing, or there are too few groups to learn from one and test on another.
    """
    names = pairs.tested
    if not names:
        raise UnusableInputError(
            f"A detector needs two series that can carry the payload, one in {_FEWEST} slices; take more slices."
        )
    found = {}
    for done, name in enumerate(names):
        progress(done, len(names), name)
        found[name] = _auc(pairs, name, classifier)
    values = np.array(list(found.values()))
    mean, deviation = float(values.mean()), float(values.std(ddof=1)) if values.size > 1 else 0.0
    return DetectionRow(method, payload, region, classifier, len(pairs.groups), mean, deviation, found)


def _auc(pairs: Pairs, name: str, classifier: str) -> float:
    """Area under the receiver operating characteristic on group `name`, learnt from the others."""
    held = np.array(pairs.groups) == name
    features = np.stack([*pairs.covers, *pairs.stegos])
    labels = np.repeat([0, 1], held.size)
    test = np.tile(held, 2)
    model = _classifier(classifier)
    model.fit(features[~test], labels[~test])
    scores = model.decision_function(features[test])
    return _area(scores[labels[test] == 0], scores[labels[test] == 1])


def _area(covers: NDArray[np.float64], stegos: NDArray[np.float64]) -> float:
    """Chance that a marked plane scores above an unmarked one, ties counting half (Mann-Whitney)."""
    higher = stegos[:, None] - covers[None, :]
    return float(np.mean((higher > 0) + 0.5 * (higher == 0)))


def _classifier(name: str) -> _Classifier:
    try:
        from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: PLC0415  for the benchmark only
        from sklearn.linear_model import RidgeClassifier  # noqa: PLC0415
        from sklearn.pipeline import make_pipeline  # noqa: PLC0415
        from sklearn.preprocessing import StandardScaler  # noqa: PLC0415
    except ImportError:
        raise UnusableInputError(
            "Steganalysis needs scikit-learn; pip install --no-deps -r Testing/benchmarks/peers-requirements.txt."
        ) from None
    model: _Classifier
    if name == "linear":
        model = make_pipeline(StandardScaler(), RidgeClassifier(alpha=_RIDGE))
    else:
        model = HistGradientBoostingClassifier(max_iter=60, max_leaf_nodes=7, max_features=0.2, random_state=0)
    return model


_RIDGE = 100.0
"""Of 10, 100 and 1000 none is better than its neighbours by more than a deviation; at 0.1 the detector over-fits."""


def _region(item: Slice, region: str) -> NDArray[np.bool_]:
    """Pixels that the detector looks at; bool, shape (H, W)."""
    if region == "plane":
        return np.ones(item.plane.shape, dtype=np.bool_)
    return pixels_of(item.usable, item.plane.shape)
