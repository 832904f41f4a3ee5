"""The spool: whatever ended the last service, each instance lies whole in one place."""

from __future__ import annotations

import os
import stat
import time
from typing import TYPE_CHECKING

import pytest

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.network.ledger import Ledger
from StegoMedLib.network.spool import Spool, caller_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool")


def _taken(spool: Spool, content: bytes = b"image", caller: str = "CT 1") -> Path:
    incoming = spool.incoming / "new"
    incoming.write_bytes(content)
    return spool.take(incoming, caller)


def _product(spool: Spool, content: bytes = b"nameless") -> Path:
    spool.work.mkdir(exist_ok=True)
    path = spool.work / "product"
    path.write_bytes(content)
    return path


def test_an_instance_goes_from_place_to_place(spool: Spool) -> None:
    received = _taken(spool)
    assert (caller_of(received.name), spool.waiting()) == ("CT 1", [received])
    waiting = spool.protect(received, _product(spool), "archive")
    assert (waiting.read_bytes(), waiting.name, received.exists()) == (b"nameless", received.name, False)
    assert spool.counts() == {"received": 0, "quarantine": 0, "protected": 1}


def test_what_waits_for_a_target_of_earlier_settings_is_known(spool: Spool) -> None:
    spool.protect(_taken(spool), _product(spool), "gone")
    spool.for_target("archive")
    assert Spool(spool.place).left_for() == {"gone": 1}


def test_instances_wait_in_the_order_in_which_they_came(spool: Spool) -> None:
    taken = [_taken(spool, str(number).encode()) for number in range(5)]
    assert spool.waiting() == taken


def test_what_is_set_aside_lies_beside_its_reason(spool: Spool) -> None:
    kept = spool.set_aside(_taken(spool), "It shows text.")
    assert (kept.read_bytes(), kept.with_suffix(".txt").read_text()) == (b"image", "It shows text.\n")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_nobody_else_may_look_into_it(spool: Spool) -> None:
    received = _taken(spool)
    for folder in (spool.place, received.parent, spool.quarantine, spool.for_target("archive")):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(received.stat().st_mode) == 0o600
    assert stat.S_IMODE(spool.set_aside(received, "x").with_suffix(".txt").stat().st_mode) == 0o600


def test_what_a_killed_service_left_half_done_is_cleared_and_the_rest_is_there(spool: Spool) -> None:
    whole, done = _taken(spool), _taken(spool, b"worked on")
    (spool.incoming / "cut off").write_bytes(b"ima")
    _product(spool)
    os.link(done, spool.for_target("archive") / done.name)  # killed between the two steps of `protect`
    after = Spool(spool.place)
    with after.held():
        assert after.waiting() == [whole]
        assert [path.name for path in after.for_target("archive").iterdir()] == [done.name]
        assert not list(after.incoming.iterdir())
        assert [path.name for path in (after.place / "work").iterdir()] == [after.work.name]


@pytest.mark.skipif(os.name == "nt", reason="the spool is not locked on Windows")
def test_two_services_do_not_share_a_spool(spool: Spool) -> None:
    with spool.held(), pytest.raises(UnusableInputError, match="Another service uses the spool"):
        Spool(spool.place).held().__enter__()
    with spool.held():
        pass


def test_a_place_that_is_no_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UnusableInputError, match=r"The spool .* cannot be used .*\.$"):
        Spool(tmp_path / "file")


def test_only_what_has_not_grown_for_long_is_swept_away(spool: Spool) -> None:
    for name in ("old", "new"):
        (spool.incoming / name).write_bytes(b"")
    os.utime(spool.incoming / "old", (0, time.time() - 100))
    spool.sweep(50)
    assert [path.name for path in spool.incoming.iterdir()] == ["new"]


@pytest.mark.parametrize("name", ["x.dcm", "1-2-zz.dcm", "1-2-ff.dcm", ""])
def test_a_name_that_is_not_ours_has_no_caller(name: str) -> None:
    assert caller_of(name) == ""


def test_the_ledger_knows_what_was_taken_over_and_forgets_in_time(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger", 30)
    ledger.note("1.2.3", "1.2.3.4")
    assert (ledger.sop_class("1.2.3.4"), ledger.sop_class("1.2.3.5")) == ("1.2.3", None)
    ledger.close()
    assert b"1.2.3.4" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
    again = Ledger(tmp_path / "ledger", 30)
    again.forget()
    assert again.sop_class("1.2.3.4") == "1.2.3"
    again.close()
    later = Ledger(tmp_path / "ledger", -1)
    later.forget()
    assert later.sop_class("1.2.3.4") is None
    later.close()
