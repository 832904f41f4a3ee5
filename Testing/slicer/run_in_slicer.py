"""Runs the self-tests inside a real Slicer, for machines that have one.

    Slicer --testing --no-splash --no-main-window --additional-module-paths StegoMed \
           --python-script Testing/slicer/run_in_slicer.py [install]

With ``install`` it only puts the Python packages that the library needs into that Slicer: a package that Slicer has in
memory is replaced by the next start. Without, it runs the tests. It ends with 0 when all went well.
"""

from __future__ import annotations

import importlib
import sys
import traceback
import unittest

import slicer


def install_packages() -> None:
    """Install what is missing, without asking: whoever runs this script wants it."""
    from StegoMedPanel import packages

    lacking = [item.requirement for item in packages.missing(network=True)]
    print("To be installed:", *lacking)
    if lacking:
        slicer.util.pip_install(lacking)


def run_tests() -> bool:
    """Run the module's self-tests; True when all passed."""
    slicer.util.getModuleWidget("StegoMed")
    tests = unittest.defaultTestLoader.loadTestsFromTestCase(importlib.import_module("StegoMed").StegoMedTest)
    return unittest.TextTestRunner(verbosity=2).run(tests).wasSuccessful()


def main() -> int:
    """Do what was asked for; 0 when all is well."""
    print(f"Slicer {slicer.app.applicationVersion}, Python {sys.version.split()[0]}")
    if not hasattr(slicer.modules, "stegomed"):
        print("The module is not loaded; pass --additional-module-paths with the folder StegoMed.")
        return 1
    if "install" in sys.argv:
        install_packages()
        return 0
    return int(not run_tests())


if __name__ == "__main__":
    try:
        status = main()
    except Exception:  # noqa: BLE001 Slicer would go on running
        traceback.print_exc()
        status = 1
    slicer.util.exit(status)
