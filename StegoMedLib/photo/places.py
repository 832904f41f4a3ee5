"""Where results may go: nothing that is read is changed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.series.staging import check_target, is_in

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["check_places"]


def check_places(sources: Sequence[Path], target: Path, *, overwrite: bool) -> None:
    """Refuse a target that is, holds or lies in something that is read, or that is there and must not be replaced.

    Raises
    ------
    UnusableInputError
    """
    check_target(None, target, overwrite=overwrite)
    place = Path(os.path.realpath(target))
    for each in sources:
        source = Path(os.path.realpath(each))
        if is_in(source, place) or is_in(place, source):
            raise UnusableInputError(
                f"{target} and {each} overlap, and what is read is never changed; name another folder with --out."
            )
