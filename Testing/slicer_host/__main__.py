"""`python -m slicer_host`: the launcher."""

import sys

from .launcher import main

sys.exit(main(sys.argv[1:]))
