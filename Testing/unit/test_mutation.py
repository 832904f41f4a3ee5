"""Every constant and label of the format is in a vector, or is none of the format for a reason that is given."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from Testing.mutation import changed, mutants
from Testing.mutation_exempt import EXEMPT

TOP = Path(__file__).parents[2]


def test_nothing_is_exempt_that_is_not_there() -> None:
    names = {name for each in mutants() for name in (f"{each.file}:*", f"{each.file}:{each.name}", str(each))}
    assert not EXEMPT.keys() - names


@pytest.mark.parametrize("value", ["sealing", "x", b"\xff", b"X", 0, 65536, 0.5, -1.0])
def test_a_change_changes(value: object) -> None:
    assert changed(value) != value
    assert type(changed(value)) is type(value)


def test_labels_and_constants_are_found() -> None:
    found = {str(each) for each in mutants()}
    assert {"envelope/derivation.py:expanded 'sealing'", "labels.py:FORMAT 1", "blocks.py:BLOCK 4"} <= found
    assert {"codec/cells/chain.py:subkey 'header'", "binding/tag.py:keyed 'pixels'"} <= found
    assert "envelope/slots.py:SlotType.X25519 19" in found


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked, which other systems do otherwise")
def test_each_change_is_noticed_by_a_vector() -> None:
    command = [sys.executable, "-m", "Testing.mutation"]
    done = subprocess.run(command, cwd=TOP, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
