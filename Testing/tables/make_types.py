"""Write Resources/Standard/types.csv: how strongly an object asks for the attributes that it may be hard to do without.

python Testing/tables/make_types.py, in an environment that has highdicom, whose tables give the modules of every object
and the attributes of every module (PS3.3 Annexes A and C, PS3.4 B.5). Facts only are taken: path, type and SOP class.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING

from highdicom import _standard_utils as standard
from pydicom.datadict import tag_for_keyword

if TYPE_CHECKING:
    from collections.abc import Iterator

RESOURCES = Path(__file__).resolve().parents[2] / "Resources" / "Standard"
ROOT = "1.2.840.10008.5.1.4."
STRONGEST_FIRST = ("1", "1C", "2", "2C", "3")


def compound_tags() -> frozenset[int]:
    """Attributes whose action in Table E.1-1 follows their type."""
    with (RESOURCES / "e1_1.csv").open(encoding="utf-8", newline="") as stream:
        return frozenset(int(row["tag"], 16) for row in csv.DictReader(stream) if "/" in row["basic"])


def attributes(iod: str) -> Iterator[tuple[tuple[int, ...], str]]:
    """Give path and type of every attribute of an object that the data dictionary has."""
    for module in standard.get_iod_module_map()[iod]:
        for attribute in standard.get_module_attribute_map().get(module["key"], []):
            path = tuple(tag_for_keyword(keyword) for keyword in (*attribute["path"], attribute["keyword"]))
            if None not in path:
                yield tuple(tag for tag in path if tag is not None), attribute["type"]


def types_of(iod: str, wanted: frozenset[int]) -> dict[tuple[int, ...], str]:
    """Give the strongest type over the modules of an object, by path."""
    found: dict[tuple[int, ...], str] = {}
    for path, kind in attributes(iod):
        if path[-1] in wanted:
            found[path] = min(kind, found.get(path, kind), key=STRONGEST_FIRST.index)
    return found


def table() -> dict[tuple[tuple[int, ...], str], list[str]]:
    """Give the SOP classes of every path and type."""
    wanted, classes = compound_tags(), defaultdict(list)
    of_iod = {iod: types_of(iod, wanted) for iod in set(standard.get_sop_class_iod_map().values())}
    for sop_class, iod in sorted(standard.get_sop_class_iod_map().items()):
        if not sop_class.startswith(ROOT):
            continue  # the directory of a medium, which holds no image
        for item in of_iod[iod].items():
            classes[item].append(sop_class.removeprefix(ROOT))
    return classes


def main() -> None:
    with (RESOURCES / "types.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["path", "type", "sop_classes"])
        for (path, kind), classes in sorted(table().items()):
            writer.writerow(["/".join(f"{tag:08X}" for tag in path), kind, " ".join(classes)])


if __name__ == "__main__":
    main()
