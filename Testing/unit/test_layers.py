"""Imports run one way only, down the list of layers; what is heavy is imported where it is used."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

LIBRARY = Path(__file__).parents[2] / "StegoMedLib"
PANEL = LIBRARY.parent / "StegoMed" / "StegoMedPanel"

STATIONS = frozenset({"binding", "codec", "dicom", "envelope", "metrics", "regions", "symbol"})
"""They know nothing of each other; `series` and `pipeline` bring them together."""

BESIDE_THE_PRODUCT = frozenset({"lab", "training"})
"""Slicer packages neither, and the product never imports them."""

# From the top to the bottom; modules of one row know nothing of each other.
LAYERS: tuple[frozenset[str], ...] = (
    frozenset({"__main__"}),
    frozenset({"lab"}),
    frozenset({"training"}),
    frozenset({"cli", "api"}),
    frozenset({"photo"}),
    frozenset({"batch"}),
    frozenset({"network"}),
    frozenset({"pipeline"}),
    frozenset({"series"}),
    frozenset({"identity"}),
    STATIONS,
    frozenset(
        {
            *("audit", "audit_chain", "blocks", "choices", "errors", "files", "frames", "interpreter", "labels"),
            *(
                "locking",
                "memory",
                "opening",
                "packing",
                "plain",
                "plane",
                "png_chunks",
                "processes",
                "processes_child",
            ),
            *("resources", "streams", "wording"),
        }
    ),
)
RANK = {name: rank for rank, names in enumerate(reversed(LAYERS)) for name in names}

SLICER = frozenset({"slicer", "qt", "ctk", "vtk", "mrml"})
HEAVY = frozenset({"torch", "torchvision", "onnx", "onnxruntime", "matplotlib", "skimage", "pyzbar"})
MAY_BE_HEAVY = "training/"
NETWORKING = frozenset({"pynetdicom", "dicomweb_client", "prometheus_client", "requests"})
"""Only `network` knows them, and nothing else starts with it."""

CLUSTERING = frozenset({"dask", "distributed"})
"""Only `batch` knows them."""

MODULES = sorted(path.relative_to(LIBRARY).as_posix() for path in LIBRARY.rglob("*.py"))


def layer_of(module: str) -> str:
    return Path(module).with_suffix("").parts[0]


def absolute(node: ast.Import | ast.ImportFrom, module: str) -> Iterator[str]:
    """Give the absolute dotted names that an import statement of a module names."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    package = ["StegoMedLib", *Path(module).parent.parts]
    base = package[: len(package) - node.level + 1] if node.level else []
    name = ".".join([*base, *([node.module] if node.module else [])])
    yield name
    yield from (f"{name}.{alias.name}" for alias in node.names)


def statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Walk what runs when a module is imported: everything but function bodies and `if TYPE_CHECKING`."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from statements(node.orelse)
            continue
        yield node
        for field in ("body", "orelse", "finalbody"):
            yield from statements(getattr(node, field, []))
        for handler in getattr(node, "handlers", []):
            yield from statements(handler.body)


def imports(text: str, module: str, *, at_import_time: bool = False) -> set[str]:
    tree = ast.parse(text)
    nodes = statements(tree.body) if at_import_time else ast.walk(tree)
    found = [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]
    return {name for node in found for name in absolute(node, module)}


def runtime_imports(text: str) -> set[str]:
    """What a file of the panel imports anywhere, but not for the type checker alone."""
    tree = ast.parse(text)
    guards = [node for node in ast.walk(tree) if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)]
    typing_only = {id(child) for guard in guards for node in guard.body for child in ast.walk(node)}
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    return {name for node in found if id(node) not in typing_only for name in absolute(node, "panel.py")}


def arrows_up(text: str, module: str) -> set[str]:
    """Name what a module imports from layers above its own, or beside it in the same row."""
    own = layer_of(module)
    targets = {name.split(".")[1] for name in imports(text, module) if name.startswith("StegoMedLib.")}
    known = targets & RANK.keys()
    if own not in RANK:  # StegoMedLib/__init__.py hands on the library's face, lazily
        return known - {"api"}
    return {name for name in known - {own} if RANK[name] > RANK[own] or {own, name} <= STATIONS}


def text_of(module: str) -> str:
    return (LIBRARY / module).read_text(encoding="utf-8")


@cache
def imported(module: str) -> set[str]:
    return imports(text_of(module), module)


def found_in(find: Callable[[str], set[str]], modules: Iterable[str] = MODULES) -> dict[str, set[str]]:
    """What is found in each module, of those in which something is."""
    found = {module: find(module) for module in modules}
    return {module: names for module, names in found.items() if names}


def parts_of(names: set[str]) -> set[str]:
    """Parts of the library among dotted names."""
    return {name.split(".")[1] for name in names if name.startswith("StegoMedLib.")}


def inner(names: set[str]) -> set[str]:
    """Modules of the library among dotted names; the faces of packages only hand names on."""
    paths = {name.removeprefix("StegoMedLib.").replace(".", "/") + ".py" for name in names}
    return paths & set(MODULES)


def circles(arrows: dict[str, set[str]]) -> set[str]:
    """What lies on a circle or between two: what is left when the ends of arrows are taken away again and again."""
    left = dict(arrows)
    while True:
        inside = {name for targets in left.values() for name in targets}
        ends = {name for name, targets in left.items() if not targets & left.keys() or name not in inside}
        if not ends:
            return set(left)
        left = {name: targets for name, targets in left.items() if name not in ends}


def roots(names: set[str]) -> set[str]:
    return {name.split(".")[0] for name in names}


def test_every_part_of_the_library_has_its_layer() -> None:
    assert {layer_of(module) for module in MODULES} - {"__init__"} <= RANK.keys()


def test_imports_run_down() -> None:
    assert not found_in(lambda module: arrows_up(text_of(module), module))


def test_stations_are_independent() -> None:
    stations = [module for module in MODULES if layer_of(module) in STATIONS]
    assert not found_in(lambda module: parts_of(imported(module)) & STATIONS - {layer_of(module)}, stations)


def test_the_product_imports_nothing_of_laboratory_and_training() -> None:
    product = [module for module in MODULES if layer_of(module) not in BESIDE_THE_PRODUCT]
    assert not found_in(lambda module: parts_of(imported(module)) & BESIDE_THE_PRODUCT, product)


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert not circles({module: inner(imported(module)) - {module} for module in MODULES})


def test_no_files_of_the_panel_import_each_other_in_a_circle() -> None:
    files = {f"StegoMedPanel.{path.stem}": path for path in PANEL.glob("*.py")}
    found = {name: imports(path.read_text(encoding="utf-8"), path.name) for name, path in files.items()}
    assert not circles({name: targets & files.keys() - {name} for name, targets in found.items()})
    assert not [name for name, targets in found.items() if "StegoMedPanel.panel" in targets]  # only the module may


def test_the_panel_calls_the_library_s_pipeline_in_its_work_alone() -> None:
    callers = {
        path.name
        for path in PANEL.glob("*.py")
        for name in runtime_imports(path.read_text(encoding="utf-8"))
        if name.startswith("StegoMedLib.pipeline")
    }
    assert callers == {"saving.py", "travelling.py", "work.py"}


def test_a_circle_is_noticed() -> None:
    assert circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}}) == {"a", "b", "c"}


def test_the_library_knows_nothing_of_slicer() -> None:
    assert not found_in(lambda module: roots(imported(module)) & SLICER)


def test_heavy_packages_are_imported_where_they_are_used() -> None:
    light = [module for module in MODULES if not module.startswith(MAY_BE_HEAVY)]
    assert not found_in(
        lambda module: roots(imports(text_of(module), module, at_import_time=True)) & (HEAVY | CLUSTERING), light
    )


def test_the_program_starts_without_the_heavy_packages() -> None:
    code = "import sys, StegoMedLib.cli.running; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=LIBRARY.parent, capture_output=True, text=True, check=True)
    assert not roots(set(done.stdout.split())) & (HEAVY | NETWORKING | CLUSTERING)


def test_only_the_network_layer_speaks_to_others() -> None:
    others = [module for module in MODULES if not module.startswith("network/")]
    assert not found_in(lambda module: roots(imported(module)) & NETWORKING, others)


def test_only_batches_know_clusters() -> None:
    others = [module for module in MODULES if not module.startswith("batch/")]
    assert not found_in(lambda module: roots(imported(module)) & CLUSTERING, others)


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("codec/blocks.py", "from StegoMedLib.pipeline import embed"),
        ("codec/blocks.py", "from ..dicom import read_instance"),
        ("codec/blocks.py", "def f():\n    import StegoMedLib.cli.main"),
        ("regions/finder.py", "from StegoMedLib import dicom"),
        ("plane.py", "from StegoMedLib.codec import blocks"),
        ("symbol/read.py", "from StegoMedLib.envelope import seal"),
        ("dicom/encoding.py", "from StegoMedLib.codec import blocks"),
        ("pipeline/embed.py", "from StegoMedLib.lab.benchmark import page"),
        ("__init__.py", "from StegoMedLib.pipeline import embed"),
    ],
)
def test_an_arrow_up_is_noticed(module: str, text: str) -> None:
    assert arrows_up(text, module)


@pytest.mark.parametrize(
    ("text", "noticed"),
    [
        ("import torch", True),
        ("try:\n    import skimage.metrics\nexcept ImportError:\n    pass", True),
        ("class Engine:\n    import onnxruntime as ort", True),
        ("def load():\n    import torch", False),
        ("if TYPE_CHECKING:\n    import torch", False),
    ],
)
def test_a_heavy_import_is_noticed(text: str, noticed: bool) -> None:  # noqa: FBT001
    assert bool(roots(imports(text, "regions/x.py", at_import_time=True)) & HEAVY) is noticed
