"""De-identifiers that are compared: ours and those of other people, each as its authors let people start it.

The others are installed for the benchmark only (see Testing/benchmarks/peers-requirements.txt; gdcmanon is Debian's
package libgdcm-tools). Those that are missing are left out, and the report says so.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import reduce
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import StegoMedLib

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Tool", "our_tools", "peers", "run"]

_OURS = (("none", ""), ("identity", ""), ("header", ""), ("header", "reversible"))
"""What goes along, and the profile where it is not the default."""
_PASSPHRASE = "bench of de-identifiers, hourglass 7310"  # noqa: S105  of invented patients
_LONGEST = 1800
"""Seconds that one series may take."""
_TOLD = 300
"""Characters of a failure that are kept."""


@dataclass(frozen=True)
class Tool:
    """A de-identifier.

    Attributes
    ----------
    name, settings : str
    away : tuple of str
        Command that takes the identity away; ``{source}`` and ``{target}`` are folders, ``{keys}`` one with
        ``certificate.pem`` and ``key.pem``.
    back : tuple of str
        Command that puts it back; empty where there is none.
    makes_target : bool
        Whether it makes its target itself, and refuses one that exists.
    missing : str
        Why it cannot run here; empty where it can.
    """

    name: str
    settings: str
    away: tuple[str, ...]
    back: tuple[str, ...] = ()
    makes_target: bool = False
    missing: str = ""


def our_tools() -> list[Tool]:
    """Ours, by what goes along in the pixels, and how."""
    start, accepted = (sys.executable, "-m", "StegoMedLib"), ("--accept-burned-in", "--accept-lossy")
    back = (*start, "reidentify", "{source}", "{target}", "--accept-lossy")
    tools = []
    for carry, profile in _OURS:
        chosen = ("--carry", carry, *(("--profile", profile) if profile else ()))
        away = (*start, "deidentify", "{source}", "{target}", *chosen, *accepted)
        name, settings = " ".join(["stegomed", *chosen]), " ".join(["basic profile,", *accepted])
        tools.append(Tool(name, settings, away, () if carry == "none" else back, makes_target=True))
    return tools


def peers() -> list[Tool]:
    """Those of other people, with their defaults."""
    python = (sys.executable, "-m")
    gdcm = "gdcmanon"
    encrypt = (gdcm, "-e", "-c", "{keys}/certificate.pem", "-r", "--continue", "-i", "{source}", "-o", "{target}")
    decrypt = (gdcm, "-d", "-k", "{keys}/key.pem", "-r", "--continue", "-i", "{source}", "-o", "{target}")
    deid = (sys.executable, "-c", "from deid.main import main; main()")
    return [
        Tool(
            "dicom-anonymizer",
            "defaults",
            (*python, "dicomanonymizer.anonymizer", "{source}", "{target}"),
            missing=_missing_module("dicomanonymizer", "dicom-anonymizer"),
        ),
        Tool(
            "dicognito",
            "defaults",
            (*python, "dicognito", "--quiet", "-o", "{target}", "{source}"),
            missing=_missing_module("dicognito", "dicognito"),
        ),
        Tool(
            "deid",
            "defaults: identifiers --action all",
            (*deid, "--quiet", "-o", "{target}", "identifiers", "--action", "all", "--input", "{source}"),
            missing=_missing_module("deid", "deid"),
        ),
        Tool(
            gdcm,
            "defaults: AES-256, RSA of 2,048 bits",
            encrypt,
            decrypt,
            missing="" if shutil.which(gdcm) else "the program gdcmanon is not installed (libgdcm-tools)",
        ),
    ]


def run(command: Sequence[str], source: Path, target: Path, keys: Path) -> str:
    """Run a command of a tool; give what it said last if it failed, else an empty text."""
    places = {"{source}": str(source), "{target}": str(target), "{keys}": str(keys)}
    filled = [reduce(lambda text, place: text.replace(place, places[place]), places, part) for part in command]
    library = str(Path(StegoMedLib.__file__).resolve().parents[1])
    ours = {"STEGOMED_PASSPHRASE": _PASSPHRASE, "PYTHONPATH": os.pathsep.join([library, *_python_path()])}
    try:
        done = subprocess.run(  # noqa: S603
            filled,
            env={**os.environ, **ours},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=_LONGEST,
        )
    except subprocess.TimeoutExpired:
        return f"it did not end in {dt.timedelta(seconds=_LONGEST)}"
    if done.returncode == 0:
        return ""
    said = (done.stderr or done.stdout).decode("utf-8", "replace").replace(f"{source}{os.sep}", "").strip().splitlines()
    return f"exit code {done.returncode}: {said[-1] if said else ''}"[:_TOLD]


def _python_path() -> list[str]:
    return [part for part in os.environ.get("PYTHONPATH", "").split(os.pathsep) if part]


def _missing_module(module: str, package: str) -> str:
    return "" if find_spec(module) else f"the package {package} is not installed"
