"""A run of publishing alone, for tests that stop it: publish_once.py TARGET exchange|rename|entries [WORD]."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from StegoMedLib import files
from StegoMedLib.cli.signals import ending_is_cancelling
from StegoMedLib.errors import StegoMedError
from StegoMedLib.series.staging import check_target, staged

INSTANCE = bytes(128) + b"DICM" + b"STEGOMED_0.1 "
"""What passes for an instance that StegoMed wrote."""


def main(target: Path, way: str, word: str = "new") -> int:
    """Replace the folder `target` as systems with, and without, exchanging of folders do, or as in a mount point.

    ``new`` and ``wait`` name what is written; ``wait`` waits for a line of input before it is published.
    """
    overwrite = word == "new"
    try:
        with ExitStack() as changes:
            if way == "rename":
                changes.enter_context(patch.object(files, "_renamer", return_value=None))
            if way == "entries":
                changes.enter_context(patch.object(os.path, "ismount", return_value=True))
            changes.enter_context(ending_is_cancelling())
            check_target(None, target, overwrite=overwrite)
            with staged(target, overwrite=overwrite) as work:
                (work / "sub").mkdir()
                for name in ("a.dcm", "new.dcm", "sub/b.dcm"):
                    (work / name).write_bytes(INSTANCE + word.encode())
                if word == "wait":
                    sys.stdout.write("waiting\n")
                    sys.stdout.flush()
                    sys.stdin.readline()
    except KeyboardInterrupt:
        return 130
    except StegoMedError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
