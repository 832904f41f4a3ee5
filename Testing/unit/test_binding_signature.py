"""Signatures: which bits they have, what they survive, and when a plane is called the same, another or neither."""

from __future__ import annotations

import hmac

import numpy as np
import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms
from scipy.ndimage import gaussian_filter
from scipy.stats import binom

from StegoMedLib.binding import SIGNATURE_BITS, SIGNATURE_BYTES, Likeness, features, likeness, signature
from StegoMedLib.binding.features import FEATURES

KEY = bytes(range(32))
SHAPE = (300, 260)


def _body(seed: int, shape: tuple[int, int] = SHAPE) -> np.ndarray:
    """Give tissue with structure of several sizes inside an ellipse, air outside, in Hounsfield units plus 1024."""
    rng = np.random.default_rng(seed)
    tissue = sum(size * 40 * gaussian_filter(rng.normal(size=shape), size, mode="wrap") for size in (3, 6, 12))
    rows, columns = np.indices(shape)
    inside = ((rows / shape[0] - 0.5) / 0.4) ** 2 + ((columns / shape[1] - 0.5) / 0.45) ** 2 < 1
    return np.where(inside, 1050 + tissue, 24).round().astype(np.int32)


def _marked(pixels: np.ndarray, seed: int = 9) -> np.ndarray:
    """Give the plane with its air changed as a strong mark changes it."""
    rng = np.random.default_rng(seed)
    return np.where(pixels == 24, np.maximum(pixels + rng.normal(0, 60, pixels.shape), 0), pixels).astype(np.int32)


def _verdict(sealed: np.ndarray, found: np.ndarray) -> Likeness:
    return likeness(features(found), KEY, signature(features(sealed), KEY))


def test_bits_are_those_of_the_specification() -> None:
    found = features(_body(0))
    key = hmac.digest(KEY, b"StegoMed 1 signature", "sha256")
    raw = Cipher(algorithms.ChaCha20(key, bytes(16)), mode=None).encryptor().update(bytes(SIGNATURE_BYTES * FEATURES))

    drawn = "".join(f"{byte:08b}" for byte in raw)
    rows = [drawn[FEATURES * bit : FEATURES * (bit + 1)] for bit in range(SIGNATURE_BITS)]
    sums = [sum(value if sign == "1" else -value for value, sign in zip(found[0].tolist(), row)) for row in rows]  # noqa: B905
    by_hand = int("".join(str(int(each > 0)) for each in sums), 2).to_bytes(SIGNATURE_BYTES, "big")

    assert signature(found, KEY) == by_hand


def test_another_key_gives_another_signature() -> None:
    found = features(_body(0))
    ones = np.unpackbits(np.frombuffer(signature(found, KEY) + signature(found, bytes(32)), dtype=np.uint8))

    assert 25 < np.count_nonzero(ones[:SIGNATURE_BITS] != ones[SIGNATURE_BITS:]) < 71


@pytest.mark.parametrize("shape", [SHAPE, (512, 512), (64, 64), (100, 97)])
def test_a_marked_plane_is_the_same_and_others_are_not(shape: tuple[int, int]) -> None:
    sealed = _body(1, shape)

    assert _verdict(sealed, _marked(sealed)) is Likeness.SAME
    assert [_verdict(sealed, _marked(_body(seed, shape))) for seed in range(2, 12)] == [Likeness.OTHER] * 10


@pytest.mark.parametrize(("factor", "offset"), [(1, 1000), (1, -24), (0.9, 0), (2, -500), (0.3, 20000)])
def test_scaled_and_shifted_values_are_the_same(factor: float, offset: int) -> None:
    sealed = _body(1)

    assert _verdict(sealed, np.rint(_marked(sealed) * factor + offset).astype(np.int32)) is Likeness.SAME


def test_a_changed_little_region_is_the_same() -> None:
    sealed = _body(1)
    changed = _marked(sealed)
    changed[140:170, 100:130] = 1800

    assert _verdict(sealed, changed) is Likeness.SAME


@pytest.mark.parametrize("corner", [np.s_[:150, :130], np.s_[150:, 130:], np.s_[:150, 130:]])
def test_a_plane_that_lost_a_quarter_is_not_another(corner: tuple[slice, slice]) -> None:
    sealed = _body(1)
    changed = _marked(sealed)
    changed[corner] = changed.min()

    assert _verdict(sealed, changed) is not Likeness.OTHER


def test_a_threshold_that_tips_to_another_gap_is_found_again() -> None:
    """Padding far below air draws the sender's threshold between the two; without it, air and tissue are parted."""
    sealed = _body(1)
    padded = sealed.copy()
    padded[: SHAPE[0] // 6] = padded[-SHAPE[0] // 6 :] = padded[:, : SHAPE[1] // 6] = -4000
    cut = np.where(padded == -4000, 24, padded)

    assert features(padded)[0].any()
    assert float(np.corrcoef(features(padded)[0], features(cut)[0])[0, 1]) < 0.9
    assert _verdict(cut, padded) is Likeness.SAME


@pytest.mark.parametrize("shape", [(1, 1), (1, 500), (3, 5), (63, 65), (64, 64), (200, 70)])
def test_planes_of_any_size_have_features(shape: tuple[int, int]) -> None:
    found = features(np.random.default_rng(0).integers(0, 4096, shape).astype(np.int32))

    assert found.shape == (3, FEATURES)
    assert np.isfinite(found).all()


def _constant() -> np.ndarray:
    return np.full(SHAPE, -2000, dtype=np.int32)


def _noise(seed: int = 5) -> np.ndarray:
    return np.random.default_rng(seed).normal(100, 20, (512, 512)).astype(np.int32)


@pytest.mark.parametrize("nothing", [_constant(), _noise(), np.pad(_noise(), 64, constant_values=-3000)[:, :512]])
def test_a_plane_without_a_body_cannot_tell(nothing: np.ndarray) -> None:
    noisy = _noise(6)

    assert signature(features(_constant()), KEY) == bytes(SIGNATURE_BYTES)
    assert _verdict(nothing, noisy) is Likeness.UNSURE
    assert _verdict(noisy, nothing) is not Likeness.SAME
    assert _verdict(_constant(), _body(1)) is Likeness.UNSURE
    assert _verdict(_body(1), _constant()) is Likeness.UNSURE


def test_a_signature_of_nothing_that_was_read_with_errors_cannot_tell() -> None:
    votes = np.full(SIGNATURE_BITS, -1.0)
    votes[:19] = 1.0

    assert likeness(features(_body(1)), KEY, votes, 0.1) is Likeness.UNSURE


@pytest.mark.parametrize("error_rate", [0.0, 0.02, 0.1, 0.2, 0.5, 0.9])
def test_verdicts_follow_the_binomial_model(error_rate: float) -> None:
    found = features(_body(1), views=1)
    sealed = np.unpackbits(np.frombuffer(signature(found, KEY), dtype=np.uint8)) - 0.5
    wrong = min(error_rate, 0.5)
    other, same = (chance * (1 - wrong) + (1 - chance) * wrong for chance in (0.55, 0.8))

    for agreeing in range(30, SIGNATURE_BITS + 1):
        votes = sealed * np.where(np.arange(SIGNATURE_BITS) < agreeing, 3, -0.1)
        if votes[votes > 0].size * 4 < SIGNATURE_BITS:
            continue
        expected = Likeness.UNSURE
        if 3 * binom.sf(agreeing - 1, SIGNATURE_BITS, other) <= 1e-5:
            expected = Likeness.SAME
        elif binom.cdf(agreeing, SIGNATURE_BITS, same) <= 1e-3:
            expected = Likeness.OTHER
        assert likeness(found, KEY, votes, error_rate) is expected


def test_the_two_chances_leave_a_gap_between_them() -> None:
    found = features(_body(1), views=1)
    sealed = np.unpackbits(np.frombuffer(signature(found, KEY), dtype=np.uint8)) - 0.5
    flips = [sealed * np.where(np.arange(SIGNATURE_BITS) < agreeing, 1, -1) for agreeing in range(SIGNATURE_BITS + 1)]

    verdicts = [likeness(found, KEY, votes) for votes in flips]

    assert [verdicts.count(each) for each in (Likeness.OTHER, Likeness.UNSURE, Likeness.SAME)] == [64, 11, 22]


@pytest.mark.parametrize("nothing", [0.0, float("nan"), float("inf"), -float("inf")])
def test_votes_that_say_nothing_count_nothing(nothing: float) -> None:
    found = features(_body(1))
    votes = np.unpackbits(np.frombuffer(signature(found, KEY), dtype=np.uint8)) - 0.5
    some = votes.copy()
    some[::3] = nothing
    few = np.where(np.arange(SIGNATURE_BITS) < 12, votes, nothing)

    assert likeness(found, KEY, votes) is Likeness.SAME
    assert likeness(found, KEY, some) is Likeness.SAME
    assert likeness(found, KEY, few) is Likeness.UNSURE
    assert likeness(found, KEY, np.full(SIGNATURE_BITS, nothing)) is Likeness.UNSURE


def _slow_features(pixels: np.ndarray) -> np.ndarray:
    """Give the sender's features, place by place, as the specification has them."""
    rows, columns = pixels.shape
    spans = [[(i * n // 64, max((i + 1) * n // 64, i * n // 64 + 1)) for i in range(64)] for n in (rows, columns)]
    places = [[pixels[a:b, c:d].astype(int) for c, d in spans[1]] for a, b in spans[0]]
    means = sorted(int(place.sum()) // place.size for line in places for place in line)
    best, threshold = -1.0, means[-1]
    for k in range(1, len(means)):
        between = k * (len(means) - k) * (sum(means[k:]) / (len(means) - k) - sum(means[:k]) / k) ** 2
        if between > best:
            best, threshold = between, (means[k - 1] + means[k]) // 2
    above = [mean for mean in means if mean > threshold]
    upper = sum(above) // len(above)
    excess = [[np.clip(p, threshold, 3 * upper - 2 * threshold) - threshold for p in line] for line in places]
    share = np.array([[np.mean(e > 0) for e in line] for line in excess])
    lifted = np.array([[np.mean(e) / (upper - threshold) for e in line] for line in excess])

    def around(values: np.ndarray, reach: int, y: int, x: int) -> float:
        return float(values[max(y - reach, 0) : y + reach + 1, max(x - reach, 0) : x + reach + 1].sum())

    own, found = np.zeros((64, 64)), np.zeros((64, 64))
    kept = [(y, x) for y in range(64) for x in range(64) if share[y, x] > 0]
    for y, x in kept:
        own[y, x] = lifted[y, x] - share[y, x] * around(lifted, 1, y, x) / around(share, 1, y, x)
    for y, x in kept:
        contrast = around(own**2, 4, y, x) / around(share, 4, y, x) + 0.1 * (own**2).sum() / share.sum()
        found[y, x] = own[y, x] / np.sqrt(contrast)
    return found.ravel()


@pytest.mark.parametrize("shape", [(150, 70), (64, 129), (40, 200)])
def test_features_are_those_of_the_specification(shape: tuple[int, int]) -> None:
    pixels = _body(3, shape) - 1024

    assert np.allclose(features(pixels)[0], _slow_features(pixels), atol=1e-4)
