"""Changes each constant and label of the format in turn; a vector must notice.

Constants are those that stand outside of functions, labels are the texts by which keys are derived. Each change is
tried in a process of its own, with the library imported anew, on the vectors of the part that it belongs to. All of
them, or those whose names hold some words: `python -m Testing.mutation [WORD ...]` from the top of the repository.
"""

from __future__ import annotations

import ast
import importlib
import importlib.machinery
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from Testing.mutation_exempt import EXEMPT

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Mutant", "mutants", "survivors"]

TOP = Path(__file__).parents[1]
STATIONS = ("envelope", "symbol", "codec", "binding", "photo")
FILES = [path for each in STATIONS for path in sorted((TOP / "StegoMedLib" / each).rglob("*.py"))]
BASE = ("labels", "streams", "blocks")
FILES += [TOP / "StegoMedLib" / f"{name}.py" for name in BASE]
_SHOWN = 39
_SHORT = 12
"""Texts of more characters are changed in the middle, others in the second one: the first is often a sign."""
EXACT = ("fidelity", "capacity", "reversible")
DERIVING = {"subkey", "expanded", "extracted", "keyed", "label", "slice_stream", "slice_bits", "__init__", "_signs"}
"""Functions that are given the texts by which keys are derived."""


AGAIN = ("Testing.vectors", *(f"StegoMedLib.{each}" for each in (*STATIONS, *BASE, "pipeline")))
"""Modules that are imported anew for each change; what stands beside these takes no part."""


@dataclass(frozen=True)
class Mutant:
    """One change.

    Attributes
    ----------
    file : str
        From the top of the library.
    name : str
        Of the constant, or of the function that derives a key.
    number : int
        Of the node in the file, as `ast.walk` counts.
    value : str
        What is changed.
    """

    file: str
    name: str
    number: int
    value: str

    @property
    def station(self) -> str:
        """Part that it belongs to."""
        return self.file.partition("/")[0]

    @property
    def exempt(self) -> bool:
        """Whether no vector needs to notice."""
        return not EXEMPT.keys().isdisjoint({f"{self.file}:*", f"{self.file}:{self.name}", str(self)})

    def __str__(self) -> str:
        """Where it is."""
        return f"{self.file}:{self.name} {self.value}"

    def code(self) -> Any:
        """The file with the change, compiled."""
        tree = ast.parse((TOP / "StegoMedLib" / self.file).read_text(encoding="utf-8"))
        node = list(ast.walk(tree))[self.number]
        assert isinstance(node, ast.Constant)
        node.value = changed(node.value)
        return compile(tree, self.file, "exec")

    @property
    def module(self) -> str:
        """Name of the module."""
        return "StegoMedLib." + self.file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def changed(value: Any) -> Any:
    """Another value of the same type."""
    if isinstance(value, str):
        at = len(value) // 2 if len(value) > _SHORT else len(value) > 1
        return value[:at] + chr(ord(value[at : at + 1] or "a") + 1) + value[at + 1 :]
    if isinstance(value, bytes):
        return bytes((value[:1] or b"a")[0] ^ 1 for _ in "a") + value[1:]
    return value + 1 if isinstance(value, int) else value * 1.5 + 0.25


def mutants() -> list[Mutant]:
    """All of them."""
    return [each for path in FILES for each in _in_file(path)]


def _in_file(path: Path) -> Iterator[Mutant]:
    file, tree = path.relative_to(TOP / "StegoMedLib").as_posix(), ast.parse(path.read_text(encoding="utf-8"))
    numbers = {id(node): number for number, node in enumerate(ast.walk(tree))}
    for name, constant in (*_constants(tree.body), *_labels(tree)):
        value = constant.value
        if isinstance(value, str | bytes | int | float) and not isinstance(value, bool):
            yield Mutant(file, name, numbers[id(constant)], repr(value[:_SHOWN] if isinstance(value, str) else value))


def _constants(body: list[ast.stmt]) -> Iterator[tuple[str, ast.Constant]]:
    for statement in body:
        if isinstance(statement, ast.ClassDef):
            yield from ((f"{statement.name}.{name}", each) for name, each in _constants(statement.body))
        elif isinstance(statement, ast.Assign | ast.AnnAssign | ast.AugAssign) and statement.value is not None:
            target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
            name = ast.unparse(target)
            if isinstance(statement.value, ast.Call) and ast.unparse(statement.value.func) == "TypeVar":
                continue
            values = [] if name == "__all__" else ast.walk(statement.value)
            yield from ((name, node) for node in values if isinstance(node, ast.Constant))


def _labels(tree: ast.Module) -> Iterator[tuple[str, ast.Constant]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            texts = (each for each in node.args if function in DERIVING and isinstance(each, ast.Constant))
            yield from ((function, each) for each in texts if isinstance(each.value, str))


def _checks(mutant: Mutant) -> Iterator[None]:
    """Run the checks of the part that a mutant belongs to, the quick ones first."""
    checks, load = (importlib.import_module(f"Testing.vectors.{name}") for name in ("checks", "load"))
    index = load.index()
    everything = mutant.station not in STATIONS
    if mutant.station == "envelope" or everything:
        yield from (checks.check_envelope(each) for each in index["envelopes"].values())
        yield from (checks.check_text(each) for each in index["texts"].values())
        yield from (checks.check_shards(each) for each in index["shards"].values())
        yield checks.check_passphrases()
        yield checks.check_sealing()
    if mutant.station == "binding" or everything:
        yield from (checks.check_geometry(each) for each in index["geometry"].values())
        yield from (checks.check_part(each) for each in index["parts"].values())
        yield from (checks.check_signature(*each) for each in index["signatures"].items())
    if mutant.station == "symbol" or everything:
        yield from (checks.check_symbol(int(version), each) for version, each in index["symbols"].items())
    if "robust" in mutant.file:
        yield from (checks.check_slots(each) for each in index["slots"].values())
    if mutant.station == "codec" and "robust" not in mutant.file:
        yield from (checks.check_embedding(index["planes"][f"{name}-key-file"]) for name in EXACT)
    if mutant.station == "photo" or everything:
        yield from (checks.check_photographs(each) for each in index["photographs"].values())
    for name, vector in index["planes"].items():
        if everything or _concerns(mutant, name, vector):
            yield from (checks.check_slice(vector, number) for number in range(max(1, len(vector["slices"]))))


def _concerns(mutant: Mutant, name: str, vector: dict[str, Any]) -> bool:
    """Whether a mutant may change how a plane is read."""
    if mutant.station == "photo":
        return False
    if vector["keys"] == ["passphrase"] and mutant.station != "envelope":
        return False  # which is slow, and says no more
    if mutant.station == "envelope":
        return name in {"fidelity-passphrase", "fidelity-key-file", "fidelity-x25519"}
    if mutant.station == "symbol":
        return name in {"fidelity-key-file", "capacity-two-symbols", "fidelity-several", "saidi2024"}
    if mutant.station == "binding":
        return vector["profile"] != "saidi2024" and "chain" not in name
    part = mutant.file.split("/")[1].removesuffix(".py")
    return part == vector["profile"] or part not in {*EXACT, "robust", "saidi2024"}


def _noticed(mutant: Mutant) -> bool:
    """Whether a vector is read otherwise in this process from now on, whose library is imported anew."""
    for name in [name for name in sys.modules if name.startswith(AGAIN)]:
        del sys.modules[name]
    usual = importlib.machinery.SourceFileLoader.get_code

    def get_code(loader: Any, name: str) -> Any:
        return mutant.code() if name == mutant.module else usual(loader, name)

    setattr(importlib.machinery.SourceFileLoader, "get_code", get_code)  # noqa: B010
    try:
        for _ in _checks(mutant):
            pass
    except Exception:  # noqa: BLE001 whatever it is, somebody notices
        return True
    return False


def survivors(chosen: list[Mutant], processes: int = os.cpu_count() or 1) -> list[Mutant]:
    """Mutants that no vector notices."""
    importlib.import_module("Testing.vectors.checks")  # and all that the library stands on, once
    running: dict[int, Mutant] = {}
    waiting, found = list(reversed(chosen)), []
    while waiting or running:
        while waiting and len(running) < processes:
            mutant = waiting.pop()
            child = os.fork()
            if child == 0:
                with open(os.devnull, "w") as nowhere:  # noqa: PTH123
                    os.dup2(nowhere.fileno(), 1)
                    os.dup2(nowhere.fileno(), 2)
                os._exit(0 if _noticed(mutant) else 1)
            running[child] = mutant
        child, status = os.wait()
        mutant = running.pop(child)
        if status == 1 << 8:
            found.append(mutant)
            print(mutant, file=sys.stderr, flush=True)
    return found


def main() -> None:
    """Try the mutants whose names hold a word, or all, and print those that nothing notices."""
    words = sys.argv[1:]
    chosen = [each for each in mutants() if not each.exempt and all(word in str(each) for word in words)]
    begun = time.monotonic()
    found = survivors(chosen)
    print(f"{len(chosen)} changes, {len(found)} that no vector notices, {time.monotonic() - begun:.0f} s")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
