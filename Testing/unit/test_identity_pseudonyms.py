"""What stands for what is the same everywhere under one key, valid, and tells nothing; files of pseudonyms are read."""

from __future__ import annotations

import base64
import datetime as dt
import hmac
from typing import TYPE_CHECKING

import pytest
from pydicom.uid import UID

from StegoMedLib.envelope import Passphrase
from StegoMedLib.errors import UnusableInputError
from StegoMedLib.identity.csv_pseudonyms import read_pseudonyms
from StegoMedLib.identity.pseudonyms import Patient, Pseudonyms

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ONE = Pseudonyms(bytes(range(32)))
OTHER = Pseudonyms(bytes(32))
JANE = Patient("4711", "A", "")


ASKED: list[Callable[[Pseudonyms], object]] = [
    lambda made: made.uid("1.2.3"),
    lambda made: made.name(JANE),
    lambda made: made.study("1.2.3"),
    lambda made: made.days(JANE),
]


@pytest.mark.parametrize("ask", ASKED)
def test_the_same_stands_for_the_same_and_another_key_gives_another(ask: Callable[[Pseudonyms], object]) -> None:
    assert ask(ONE) == ask(Pseudonyms(bytes(range(32)))) != ask(OTHER)


def test_ids_of_two_issuers_and_parts_that_join_alike_are_two() -> None:
    patients = [Patient("4711"), Patient("4711", "A"), Patient("471", "1A"), Patient("", "", "4711"), Patient("")]
    assert len({ONE.name(each) for each in patients}) == len(patients)
    assert len({ONE.uid("1.2"), ONE.study("1.2"), ONE.fingerprint("1.2")}) == 3


def test_names_are_short_and_plain() -> None:
    for number in range(50):
        name = ONE.name(Patient(str(number)))
        assert name.isascii()
        assert name.isalnum()
        assert name == name.upper()
        assert len(name) == 18
    assert len(ONE.study("1.2.3")) <= 16


def test_uids_are_uuids_of_a_lawful_form() -> None:
    for number in range(200):
        uid = ONE.uid(f"1.2.{number}")
        assert UID(uid).is_valid
        assert len(uid) <= 64
        assert 0 <= int(uid.removeprefix("2.25.")) < 1 << 128


def test_days_are_whole_weeks_back() -> None:
    shifts = {ONE.days(Patient(str(number))) for number in range(300)}
    assert all(days % 7 == 0 and -1820 <= days <= -7 for days in shifts)
    assert len(shifts) > 100


@pytest.mark.parametrize("rest", ["", "10", "1030", "103059", "103059.5", "103059.123456+0100", "-0500", "1030+0000"])
def test_dates_move_with_what_follows_them(rest: str) -> None:
    moved = ONE.moved(f"20240229{rest}", JANE)
    assert moved is not None
    day = dt.datetime.strptime(moved[:8], "%Y%m%d").date()  # noqa: DTZ007
    assert (day - dt.date(2024, 2, 29)).days == ONE.days(JANE)
    assert moved[8:] == rest


@pytest.mark.parametrize(
    "date",
    [
        "",
        "2024",
        "202402",
        "20240230",
        "00010101",
        "2024022",
        "20240229-20240301",
        "20240229-2024",
        "20240229Doe",
        "\uff12\uff10\uff12\uff14\uff10\uff12\uff12\uff19",
        "2024 229",
    ],
)
def test_what_is_no_date_is_not_moved(date: str) -> None:
    assert ONE.moved(date, JANE) is None


def test_years_keep_four_digits() -> None:
    assert ONE.moved("10010101", JANE) is not None
    assert len(ONE.moved("10010101", JANE) or "") == 8


def test_a_passphrase_gives_the_same_pseudonyms_every_time() -> None:
    one, two = (Pseudonyms.of(Passphrase(b"correct horse battery staple")) for _ in range(2))
    assert one.lasting
    assert one.uid("1.2") == two.uid("1.2")


def test_nothing_is_shown() -> None:
    assert "4711" not in repr(JANE)
    assert "\\x01" not in repr(ONE)


def written(folder: Path, content: bytes) -> Path:
    path = folder / "pseudonyms.csv"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("begin", [b"", b"\xef\xbb\xbf"])
def test_a_file_of_pseudonyms_is_read(tmp_path: Path, begin: bytes) -> None:
    content = begin + 'Centre,PatientID,Pseudonym\r\nA,4711,Trial 1\r\nB," 0815 ","T-2"\r\nB,Ü1,T_3^x.y\r\n'.encode()
    assert read_pseudonyms(written(tmp_path, content)) == {"4711": "Trial 1", "0815": "T-2", "Ü1": "T_3^x.y"}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "lacks a column"),
        (b"Patient,Pseudonym\n", "lacks a column"),
        (b"Patient;Pseudonym\n1;2\n", "lacks a column"),
        (b"PatientID\n4711\n", "lacks a column"),
        (b"PatientID,Pseudonym\n4711\n", "Line 2"),
        (b"PatientID,Pseudonym\n4711,\n", "Line 2"),
        (b"PatientID,Pseudonym\n,T1\n", "Line 2"),
        (b"PatientID,Pseudonym\n4711,T1\n4711,T2\n", "Line 3"),
        (b"PatientID,Pseudonym\n4711,T1\n4712,T1\n", "Line 3"),
        (b"PatientID,Pseudonym\n4711,T\\1\n", "Line 2"),
        (b"PatientID,Pseudonym\n4711," + b"T" * 65 + b"\n", "Line 2"),
        ("PatientID,Pseudonym\n4711,Zoë\n".encode(), "Line 2"),
        (b"PatientID,Pseudonym\n4711,\xff\n", "UTF-8"),
        (b'PatientID,Pseudonym\n4711,"T1\n', "CSV"),
        (b'PatientID,Pseudonym\n4711,"T1"x\n', "CSV"),
        (b"PatientID,Pseudonym\n4711," + b"x" * 200_000, "CSV"),
    ],
)
def test_a_file_that_is_none_is_refused_without_its_values(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(UnusableInputError, match=says) as error:
        read_pseudonyms(written(tmp_path, content))
    assert str(error.value).endswith(".")
    assert "4711" not in str(error.value)


# As docs/format.md says, computed once more


def hashed(purpose: str, *parts: str) -> bytes:
    content = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
    return hmac.digest(bytes(range(32)), f"StegoMed 1 pseudonym of {purpose}".encode() + b"\0" + content, "sha256")


def test_the_format_says_what_stands_for_what() -> None:
    number = int.from_bytes(hashed("uid", "1.2.3")[:16], "big")
    number = number & ~(0xF << 76) | 8 << 76
    number = number & ~(3 << 62) | 2 << 62
    assert ONE.uid("1.2.3") == f"2.25.{number}"
    who = ("4711", "A", "")
    assert ONE.name(JANE) == "SM" + base64.b32encode(hashed("patient", *who)[:10]).decode()
    assert ONE.study("1.2.3") == base64.b32encode(hashed("study", "1.2.3")[:5]).decode()
    assert ONE.days(JANE) == -7 * (1 + int.from_bytes(hashed("weeks", *who)[:8], "big") % 260)
    assert ONE.fingerprint("x") == hashed("fingerprint", "x")[:8].hex()


def test_the_secret_is_expanded_from_the_locator() -> None:
    key = Passphrase(b"correct horse battery staple")
    secret = hmac.digest(key.locators()[0], b"StegoMed 1 pseudonyms\x01", "sha256")
    assert Pseudonyms.of(key).uid("1.2.3") == Pseudonyms(secret).uid("1.2.3")
