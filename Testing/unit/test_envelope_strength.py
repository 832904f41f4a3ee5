"""How hard passphrases are to guess, in words and in time; and passphrases that nobody guesses."""

from __future__ import annotations

import math
import time

import pytest

from StegoMedLib.envelope.passphrases import prepare_passphrase
from StegoMedLib.envelope.strength import ENOUGH_TRIES, LEAST_TRIES, Strength, strength_of
from StegoMedLib.envelope.words import make_passphrase
from StegoMedLib.errors import UsageError


@pytest.mark.parametrize(
    "passphrase",
    [
        "x",
        "secret",
        "hospital2026",
        "passw0rd1",
        "19640812",
        "qwertzuiop",
        "stegomed",
        "radiologie",
        "a" * 500,
        "password" * 60,
    ],
)
def test_what_is_tried_first_is_refused(passphrase: str) -> None:
    assert strength_of(prepare_passphrase(passphrase)).refused


@pytest.mark.parametrize("passphrase", ["Tr0ub4dor&3", "Xq7!fbe2Lm"])
def test_what_takes_a_while_is_warned_of(passphrase: str) -> None:
    strength = strength_of(prepare_passphrase(passphrase))
    assert not strength.refused
    assert not strength.enough


@pytest.mark.parametrize(
    "passphrase",
    ["correct horse battery staple", "5f" * 10 + "0123456789abcdef9c3e77d1a0b2", "legacy rash expire silly"],
)
def test_what_takes_ages_is_enough(passphrase: str) -> None:
    assert strength_of(prepare_passphrase(passphrase)).enough


def test_a_weak_beginning_does_not_hide_a_strong_end() -> None:
    assert strength_of(b"a" * 60 + b" correct horse battery staple").enough
    assert strength_of(b"correct horse battery staple " + b"a" * 60).enough


@pytest.mark.parametrize(
    "alphabet", ["4@8({[<369&#!1/|0$5+7%2", "a4@b8({[<36eg9&#il!1/|o0s$5t+7%x2z", "1|!7", "ab", "\u8a9e"]
)
def test_no_text_takes_long(alphabet: str) -> None:
    text = (alphabet * 600)[:341].encode()
    started = time.process_time()
    strength_of(text)
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("tries", "words"),
    [
        (3.0, "about 3 tries"),
        (999.0, "about 1 thousand tries"),
        (4.95e6, "about 5 million tries"),
        (999_999.0, "about 1 million tries"),
        (2e10, "about 20 billion tries"),
        (3.4e14, "about 300 trillion tries"),
        (9.9e14, "about 10^15 tries"),
        (2.2e23, "about 10^23 tries"),
    ],
)
def test_tries_are_said_in_words(tries: float, words: str) -> None:
    assert str(Strength(tries)) == words


def test_the_limits_are_as_documented() -> None:
    assert (LEAST_TRIES, ENOUGH_TRIES) == (1e8, 1e12)
    assert Strength(LEAST_TRIES * 0.99).refused
    assert not Strength(LEAST_TRIES).refused
    assert not Strength(ENOUGH_TRIES * 0.99).enough
    assert Strength(ENOUGH_TRIES).enough


def test_generated_passphrases_are_random_words_that_need_no_preparation() -> None:
    made = [make_passphrase() for _ in range(20)]
    assert len({phrase for phrase, _ in made}) == 20
    for phrase, strength in made:
        assert len(phrase.split(" ")) == 6
        assert prepare_passphrase(phrase) == phrase.encode()
        assert strength.tries == pytest.approx(7776.0**6)
        assert strength_of(phrase.encode()).enough


def test_generated_words_come_from_the_whole_list() -> None:
    words = {word for _ in range(100) for word in make_passphrase(20)[0].split()}
    # 2000 draws of 7776 words show 1763 of them, give or take 15.
    assert 1650 < len(words) < 1880
    assert {len(word) for word in words} == set(range(3, 10))


def test_chance_comes_from_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("secrets.choice", lambda words: words[0])
    assert make_passphrase(4)[0].split() == [make_passphrase(4)[0].split()[0]] * 4


@pytest.mark.parametrize("words", [-1, 0, 3, 21, 10**9])
def test_too_few_and_too_many_words(words: int) -> None:
    with pytest.raises(UsageError, match="4 to 20"):
        make_passphrase(words)


@pytest.mark.parametrize("words", [4, 20])
def test_the_least_words_are_above_the_warning(words: int) -> None:
    phrase, strength = make_passphrase(words)
    assert strength.enough
    assert math.isclose(strength.tries, 7776.0**words)
    assert len(prepare_passphrase(phrase)) <= 1024
