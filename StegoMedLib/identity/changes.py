"""What differs between two headers, level by level, so that one is made of the other again."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from StegoMedLib.dicom import Node, Tree
    from StegoMedLib.identity.deidentifier import Path

__all__ = ["applied", "changes"]

_MOST_ITEMS = 1 << 16
"""Whose numbers have a place in a record (`StegoMedLib.identity.headers`)."""


def changes(before: Tree, after: Tree, path: Path = ()) -> dict[Path, Node | None]:
    """What has to be done to `after` to have `before` again.

    Sequences of as many items, 65,536 at most, and of one VR, are compared item by item, others are taken as a whole.
    """
    found: dict[Path, Node | None] = {}
    for tag in sorted(before.keys() | after.keys()):
        old, new = before.get(tag), after.get(tag)
        if old == new:
            continue
        if old is None or new is None or not _alike(old, new):
            found[(*path, tag)] = old
            continue
        for number, (one, other) in enumerate(zip(old.items or (), new.items or (), strict=True)):
            found |= changes(one, other, (*path, tag, number))
    return found


def _alike(old: Node, new: Node) -> bool:
    if old.vr != new.vr or old.items is None or new.items is None:
        return False
    return len(old.items) == len(new.items) <= _MOST_ITEMS


def applied(after: Tree, made: Mapping[Path, Node | None]) -> tuple[Tree, list[Path]]:
    """`after` with the changes made, and the places that are not there any more.

    Parameters
    ----------
    after : Tree
        Stays as it is.
    made : mapping of Path to Node or None
        As `changes` gives them; may say anything.

    Returns
    -------
    tuple of (Tree, list of Path)
    """
    tree, lost = dict(after), list[tuple[int, ...]]()
    inner: dict[tuple[int, int], dict[Path, Node | None]] = {}
    for path, node in made.items():
        if len(path) > 1:
            inner.setdefault((path[0], path[1]), {})[path[2:]] = node
        elif node is None:
            tree.pop(path[0], None)
        else:
            tree[path[0]] = node
    for (tag, number), below in inner.items():
        node = tree.get(tag)
        items = [] if node is None else list(node.items or ())
        if node is None or number >= len(items) or () in below:
            lost += [(tag, number, *path) for path in below]
            continue
        items[number], missing = applied(items[number], below)
        tree[tag] = type(node)("SQ", items=tuple(items))
        lost += [(tag, number, *path) for path in missing]
    return {tag: tree[tag] for tag in sorted(tree)}, lost
