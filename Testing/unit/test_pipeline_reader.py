"""What was read once is not opened again, and not remembered for ever."""

from __future__ import annotations

from StegoMedLib.envelope import KeyCost, Opener, Passphrase, Sealer, TextRecord
from StegoMedLib.pipeline.message import Reader, seal
from StegoMedLib.symbol import make_symbol

KEY = Passphrase(b"correct horse", KeyCost(3, 1, 1))


def test_equal_symbols_are_opened_once() -> None:
    message = seal(Sealer(KEY), TextRecord("x"))
    opener = _CountingOpener()
    reader = Reader(opener)  # type: ignore[arg-type]

    for _ in range(5):
        opened = reader.read(reader.text(message.symbol))
        assert opened is not None
        assert opened.record == TextRecord("x")

    assert opener.opened == 1


def test_what_is_remembered_does_not_grow_with_the_series() -> None:
    reader = Reader(Opener(KEY))
    symbols = [make_symbol(f"SLICE {number}") for number in range(40)]

    assert [reader.read(reader.text(symbol)) for symbol in symbols] == [None] * 40
    assert [reader.text(symbol) for symbol in symbols] == [f"SLICE {number}" for number in range(40)]

    assert [kept.cache_info().currsize for kept in (reader._texts, reader._opened)] == [16, 16]


class _CountingOpener:
    """An opener that counts."""

    def __init__(self) -> None:
        self.opened = 0
        self._opener = Opener(KEY)

    def open(self, text: str) -> object:
        self.opened += 1
        return self._opener.open(text)
