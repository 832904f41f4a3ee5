"""Whatever of the service is killed, and whenever: nothing is lost, and nothing leaves with a name."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("pynetdicom", reason="the service needs the extra [network]")

from Testing.campaigns.killing import run

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="workers are found in /proc")
def test_a_few_kills_as_a_part_of_the_campaign(tmp_path: Path) -> None:
    tally = run(5, 20261129, tmp_path)
    assert not tally.wrong
    assert tally.arrived + tally.quarantined >= tally.acknowledged > 0
    assert len(tally.kills) == 3
