"""`slicer.testing`: run a unit test and end the application with its result."""

from __future__ import annotations

import sys
import unittest
from typing import TYPE_CHECKING

import slicer

if TYPE_CHECKING:
    from collections.abc import Iterable


def exitSuccess() -> None:
    """End the application well."""
    slicer.util.exit(0)


def exitFailure(message: str = "") -> None:
    """End the application with an error."""
    if message:
        print(message, file=sys.stderr)
    slicer.util.exit(1)


def runUnitTest(paths: Iterable[str], name: str) -> None:
    """Run the tests of the module `name`, found in one of the folders, and end the application."""
    for each in paths:
        sys.path.insert(0, str(each))
    suite = unittest.TestLoader().loadTestsFromName(name)
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    if not result.testsRun:
        exitFailure(f"{name} has no tests")
    elif result.wasSuccessful():
        exitSuccess()
    else:
        exitFailure()
