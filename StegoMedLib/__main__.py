"""``python -m StegoMedLib`` does what the program ``stegomed`` does."""

from __future__ import annotations

import sys

from StegoMedLib.cli.entry import main

if __name__ == "__main__":
    sys.exit(main())
