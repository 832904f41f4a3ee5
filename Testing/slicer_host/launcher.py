"""The program Slicer on the host: takes its options, loads modules, runs Python code or a script."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from pathlib import Path
from typing import Any

from .host import Host, start

_IGNORED = ("--no-splash", "--disable-cli-modules", "--ignore-slicerrc", "--exit-after-startup")


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="Slicer", description=__doc__, allow_abbrev=False)
    for name in _IGNORED:
        parser.add_argument(name, action="store_true", help="taken and ignored")
    parser.add_argument("--testing", action="store_true", help="what slicer.app.testingEnabled() says")
    parser.add_argument("--no-main-window", action="store_true", help="run without the main window")
    parser.add_argument(
        "--additional-module-path", "--additional-module-paths", nargs="+", action="extend", default=[], dest="paths"
    )
    parser.add_argument("--python-code", help="Python code to run after startup")
    parser.add_argument("--python-script", nargs=argparse.REMAINDER, help="Python file to run, with its arguments")
    return parser.parse_args(arguments)


def load_modules(host: Host, folder: Path) -> None:
    """Load every scripted module in a folder, as the application does with its module paths.

    Raises
    ------
    AttributeError
        If a Python file there is no module.
    """
    for path in sorted(folder.glob("*.py")):
        host.import_module(path)


def _run(options: argparse.Namespace) -> None:
    names: dict[str, Any] = {"__name__": "__main__"}
    if options.python_code is not None:
        exec(compile(options.python_code, "--python-code", "exec"), names)  # noqa: S102 what the option is for
    if options.python_script:
        sys.argv = options.python_script
        script = Path(options.python_script[0])
        names["__file__"] = str(script)
        exec(compile(script.read_text(encoding="utf-8"), str(script), "exec"), names)  # noqa: S102 likewise


def main(arguments: list[str]) -> int:
    """Run the program; gives its exit status: not 0 for an exception, in a slot too, or `slicer.util.exit(status)`."""
    options = _parse(arguments)
    if "DISPLAY" not in os.environ:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    host = start(testing=options.testing, main_window=not options.no_main_window)
    try:
        for each in options.paths:
            load_modules(host, Path(each))
        _run(options)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except BaseException:  # noqa: BLE001 whatever it is, the application prints it and ends with an error
        traceback.print_exc()
        return 1
    host.stop()
    if host.unhandled:
        print(f"{len(host.unhandled)} exceptions in slots", file=sys.stderr)
        return 1
    return host.exit_status
