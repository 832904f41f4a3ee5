"""Text is decoded as its declared character set has it, exactly or not at all (PS3.5 6.1.2, annexes H to K)."""

from __future__ import annotations

import pytest

from StegoMedLib.dicom.charsets import SETS, character_set

LAWFUL = {
    "korean, annex I": (
        b"\\ISO 2022 IR 149",
        b"Hong^Gildong=\x1b$)C\xfb\xf3^\x1b$)C\xd1\xce\xd4\xd7=\x1b$)C\xc8\xab^\x1b$)C\xb1\xe6\xb5\xbf",
        "Hong^Gildong=洪^吉洞=홍^길동",
    ),
    "chinese, annex K": (
        b"\\ISO 2022 IR 58",
        b"Zhang^XiaoDong=\x1b$)A\xd5\xc5^\x1b$)A\xd0\xa1\xb6\xab=",
        "Zhang^XiaoDong=张^小东=",
    ),
    "japanese, annex H": (
        b"\\ISO 2022 IR 87",
        b"Yamada^Tarou=\x1b$B;3ED\x1b(B^\x1b$BB@O:\x1b(B=\x1b$B$d$^$@\x1b(B^\x1b$B$?$m$&\x1b(B",
        "Yamada^Tarou=山田^太郎=やまだ^たろう",
    ),
    "halves of characters that look like separators": (b"\\ISO 2022 IR 87", b"\x1b$B=)?\\\x1b(B^a", "秋須^a"),
    "katakana": (b"ISO_IR 13", b"\xd4\xcf\xc0\xde^\xc0\xdb\xb3=\x7e", "ﾔﾏﾀﾞ^ﾀﾛｳ=‾"),
    "romaji and kanji": (b"ISO 2022 IR 13\\ISO 2022 IR 87", b"\xd4\xcf\x1b$B;3\x1b(J~", "ﾔﾏ山‾"),
    "latin 1": (b"ISO_IR 100", b"M\xfcller^J\xf6rg", "Müller^Jörg"),
    "spelled with other separators": (b"ISO-IR 100 ", b"M\xfcller", "Müller"),
    "two halves": (b"ISO 2022 IR 100\\ISO 2022 IR 144", b"M\xfc\x1b-L\xbb\xee\x1b-A\xe9", "MüЛюé"),
    "back to the first set behind a separator": (b"ISO 2022 IR 100\\ISO 2022 IR 126", b"\x1b-F\xe2^\xe2", "β^â"),
    "thai": (b"ISO_IR 166", b"\xca\xc1", "สม"),
    "gb18030 with halves like backslashes": (b"GB18030", "王^俓小".encode("gb18030"), "王^俓小"),
    "utf-8": (b"ISO_IR 192", "Ďoe^鷗".encode(), "Ďoe^鷗"),
    "ascii": (b"", b"Doe^Jane", "Doe^Jane"),
    "unknown set, ascii value": (b"ISO_IR 999", b"Doe^Jane", "Doe^Jane"),
}


@pytest.mark.parametrize(("declared", "value", "text"), LAWFUL.values(), ids=LAWFUL)
def test_lawful_text_is_decoded_and_encoded_to_the_same_bytes(declared: bytes, value: bytes, text: str) -> None:
    charset = character_set(declared)
    assert charset.decode(value, name=True) == text
    assert charset.encode(text, name=True) == value


@pytest.mark.parametrize(
    ("declared", "value"),
    [
        (b"ISO_IR 192", b"M\xfcller"),
        (b"", b"M\xfcller"),
        (b"ISO_IR 6", b"M\xfcller"),
        (b"ISO_IR 999", b"M\xfcller"),
        (b"ISO_IR 100", b"100 \x80"),
        (b"ISO_IR 100", b"\x1b$B;3"),
        (b"ISO_IR 13", b"\x8e\x52\x93\x63"),
        (b"\\ISO 2022 IR 149", b"\x1b$)C\xfb\xf3^\xd1\xce"),
        (b"\\ISO 2022 IR 149", b"\x1b$B;3"),
        (b"\\ISO 2022 IR 87", b"\x1b$B;"),
        (b"\\ISO 2022 IR 87", b"\x1b$B\x7e\x7e\x1b(B"),
        (b"ISO 2022 IR 6\\ISO_IR 192", "ü".encode()),
        (b"GB18030", b"\xff"),
        (b"ISO_IR 192", b"a\x1b(B"),
    ],
)
def test_what_the_declared_set_does_not_have_is_not_decoded(declared: bytes, value: bytes) -> None:
    assert character_set(declared).decode(value, name=True) is None


def test_a_caret_separates_in_names_alone() -> None:
    charset = character_set(b"\\ISO 2022 IR 149")
    value = b"\x1b$)C\xfb\xf3^\xd1\xce"
    assert charset.decode(value) == "洪^吉"
    assert charset.decode(value, name=True) is None


def test_text_that_a_set_does_not_have_is_not_encoded() -> None:
    assert character_set(b"ISO_IR 100").encode("山") is None
    assert character_set(b"\\ISO 2022 IR 87").encode("é") is None
    assert character_set(b"ISO_IR 192").encode("\ud800") is None


@pytest.mark.parametrize("number", SETS)
def test_every_code_of_every_set_stands_for_one_character(number: int) -> None:
    coded = SETS[number]
    codes = [bytes([first]) for first in coded.codes] if coded.width == 1 else []
    codes += [bytes([first, second]) for first in coded.codes for second in coded.codes] if coded.width > 1 else []
    decoded = [(code, character) for code in codes if (character := coded.decode(code)) is not None]
    assert len(decoded) == len({character for _, character in decoded}) > 50
    assert all(coded.encode(character) == code for code, character in decoded)


def test_endless_values_are_no_text() -> None:
    charset = character_set(b"\\ISO 2022 IR 149")
    assert charset.decode(b"\x1b$)C" + b"\xfb\xf3" * (1 << 20)) is None
    assert charset.decode(b"a" * (1 << 22)) == "a" * (1 << 22)
