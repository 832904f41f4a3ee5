"""What is done to good inputs: bytes are damaged, structures get values that nobody expects."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random
    from collections.abc import Sequence

__all__ = ["ODD_VALUES", "mutate_bytes", "mutate_json", "mutate_tree"]

_EDGES = (0, 1, 2, 0x10, 0x7F, 0x80, 0xFE, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_LONGEST_RUN = 64

ODD_VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    2**31,
    2**63,
    -(2**64),
    10**400,
    0.0,
    -0.0,
    1e-320,
    1.5e308,
    math.nan,
    math.inf,
    -math.inf,
    "",
    "\0",
    "../../outside",
    "/dev/zero",
    "a\nb\x1b[31m",
    "\u202egnp.exe",
    "\ud800",
    "x" * 5000,
    [],
    {},
    [[]],
    [None] * 50,
)
"""For the values of a structure."""


def mutate_bytes(chance: random.Random, content: bytes, others: Sequence[bytes] = ()) -> bytes:
    """Damage `content` in one to four places; `others` are what it may be mixed with."""
    damaged = bytearray(content)
    for _ in range(chance.randint(1, 4)):
        chance.choice(_DAMAGES)(chance, damaged, others)
    return bytes(damaged)


def _place(chance: random.Random, damaged: bytearray) -> int:
    return chance.randrange(len(damaged) + 1)


def _flip(chance: random.Random, damaged: bytearray, _: Sequence[bytes]) -> None:
    if damaged:
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)


def _number(chance: random.Random, damaged: bytearray, _: Sequence[bytes]) -> None:
    """Overwrite a few bytes by a number at the edge of some range."""
    width, place = chance.choice((1, 2, 4)), _place(chance, damaged)
    value = chance.choice(_EDGES) & (256**width - 1)
    damaged[place : place + width] = value.to_bytes(width, chance.choice(("big", "little")))


def _random(chance: random.Random, damaged: bytearray, _: Sequence[bytes]) -> None:
    place, length = _place(chance, damaged), chance.randint(1, _LONGEST_RUN)
    damaged[place : place + chance.choice((0, length))] = chance.randbytes(length)


def _cut(chance: random.Random, damaged: bytearray, _: Sequence[bytes]) -> None:
    del damaged[_place(chance, damaged) :]


def _remove(chance: random.Random, damaged: bytearray, _: Sequence[bytes]) -> None:
    place = _place(chance, damaged)
    del damaged[place : place + chance.randint(1, _LONGEST_RUN)]


def _repeat(chance: random.Random, damaged: bytearray, _: Sequence[bytes]) -> None:
    first, last = sorted((_place(chance, damaged), _place(chance, damaged)))
    place = _place(chance, damaged)
    damaged[place:place] = damaged[first:last]


def _mix(chance: random.Random, damaged: bytearray, others: Sequence[bytes]) -> None:
    if others:
        place, other = _place(chance, damaged), chance.choice(others)
        damaged[place:] = other[min(place, len(other)) :]


_DAMAGES = (_flip, _flip, _number, _number, _random, _cut, _remove, _repeat, _mix)


def mutate_tree(chance: random.Random, tree: Any) -> Any:
    """Change a structure of dictionaries and lists in one place; what is not changed is shared with `tree`."""
    inner = list(tree.items()) if isinstance(tree, dict) else list(enumerate(tree)) if isinstance(tree, list) else []
    if not inner or chance.random() < 1 / (2 + len(inner)):
        return _replaced(chance, tree)
    key, value = chance.choice(inner)
    if isinstance(tree, dict):
        changed = dict(tree)
        _change_entry(chance, changed, key, value)
        return changed
    several = list(tree)
    _change_item(chance, several, key, value)
    return several


def _replaced(chance: random.Random, tree: object) -> object:
    if isinstance(tree, (int, float)) and chance.random() < 1 / 3:
        return tree * chance.choice((-1, 2, 1000, 10**9)) + chance.choice((-1, 0, 1))
    return chance.choice(([tree], {"a": tree}, *ODD_VALUES))


def _change_entry(chance: random.Random, changed: dict[Any, Any], key: object, value: object) -> None:
    kind = chance.randrange(8)
    if kind == 0:
        del changed[key]
    elif kind == 1:
        changed[chance.choice(list(changed))] = value
    elif kind == 2:
        changed[chance.choice(("", "_", "x" * 300, f"{key}2", str(key).upper()))] = changed.pop(key)
    else:
        changed[key] = mutate_tree(chance, value)


def _change_item(chance: random.Random, several: list[Any], place: int, value: object) -> None:
    kind = chance.randrange(8)
    if kind == 0:
        del several[place]
    elif kind == 1:
        several[place:place] = [value] * chance.choice((1, 2, 50))
    else:
        several[place] = mutate_tree(chance, value)


def mutate_json(chance: random.Random, tree: object) -> bytes:
    """Write a structure as JSON after one to three changes, some of which only the text can have."""
    for _ in range(chance.randint(1, 3)):
        tree = mutate_tree(chance, tree)
    text = json.dumps(tree)
    if chance.random() < 1 / 4:
        text = _changed_text(chance, text)
    content = text.encode("utf-8", "surrogatepass")
    return mutate_bytes(chance, content) if chance.random() < 1 / 6 else content


def _changed_text(chance: random.Random, text: str) -> str:
    kind = chance.randrange(5)
    if kind == 0:  # more digits than anybody converts
        return _instead_of_number(chance, text, "9" * chance.choice((300, 400, 4301, 100_000)))
    if kind == 1:
        return _instead_of_number(chance, text, chance.choice(("1e999", "-1e999", "1e-999", "NaN", "-Infinity", "00")))
    if kind == 2:
        depth = chance.choice((10, 1000, 100_000))
        return _instead_of_number(chance, text, "[" * depth + "]" * chance.choice((0, depth)))
    if kind == 3:  # one key twice
        return text.replace("{", '{"regions": 1, "side": 1, "filename": 7, ', 1)
    return chance.choice(("\ufeff", " " * 10_000, "[" * 200_000)) + text


def _instead_of_number(chance: random.Random, text: str, token: str) -> str:
    places = [place for place, letter in enumerate(text) if letter.isdecimal() and not text[place - 1].isalnum()]
    if not places:
        return token
    place = chance.choice(places)
    end = place
    while end < len(text) and text[end] in "0123456789.eE+-":
        end += 1
    return text[:place] + token + text[end:]
