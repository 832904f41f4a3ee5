"""A question of help or version is answered without loading what only work needs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from StegoMedLib.cli.catalogue import COMMANDS

ROOT = Path(__file__).parents[2]
HEAVY = (
    "numpy",
    "scipy",
    "pydicom",
    "torch",
    "onnxruntime",
    "cryptography",
    "zxcvbn",
    "PIL",
    "skimage",
    "rich",
    "segno",
)
ASKS_THE_LIBRARY = ("attack", "train")
"""Commands whose help tells what the library's own tables hold."""


def loaded(*arguments: str) -> set[str]:
    """Packages in memory when the program has answered."""
    code = (
        "import sys\nfrom StegoMedLib.cli.entry import main\n"
        f"sys.argv = ['stegomed', *{arguments!r}]\n"
        "code = main()\nprint('LOADED', *{name.split('.')[0] for name in sys.modules})\nsys.exit(code)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("LOADED ")]
    return set(line.split()[1:])


@pytest.mark.parametrize(
    "arguments",
    [
        ("--version",),
        ("--help",),
        ("benchmark", "paper", "--help"),
        *((command, "--help") for command in COMMANDS if command not in ASKS_THE_LIBRARY),
    ],
    ids=" ".join,
)
def test_help_and_version_load_nothing_heavy(arguments: tuple[str, ...]) -> None:
    assert not loaded(*arguments) & set(HEAVY)


@pytest.mark.parametrize("command", ASKS_THE_LIBRARY)
def test_help_of_other_commands_loads_no_engine(command: str) -> None:
    assert not loaded(command, "--help") & {"torch", "onnxruntime", "rich", "skimage"}
