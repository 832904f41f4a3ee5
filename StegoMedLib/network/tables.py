"""Tables of a TOML file, read strictly: what is unknown, missing or of another type is said, all at once."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TypeVar

from StegoMedLib.errors import UnusableInputError
from StegoMedLib.opening import open_file

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["Problems", "Table", "read_toml"]

_LARGEST = 1 << 20
_TYPES = {str: "a text", int: "a whole number", bool: "true or false", list: "a list of texts", dict: "a table"}
ValueT = TypeVar("ValueT", str, int, bool)


class Problems(list[str]):
    """Sentences about what is wrong with a file."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def say(self, place: str, what: str) -> None:
        """Note a problem: the end of a sentence that has the place in the file as its subject."""
        self.append(f"{place} in {self._path.name} {what}")

    def check(self) -> None:
        """Raise `UnusableInputError` with all that was noted."""
        if self:
            raise UnusableInputError(*self)


def read_toml(path: Path) -> dict[str, Any]:
    """What a TOML file holds.

    Raises
    ------
    UnusableInputError
        It cannot be read, or is none.
    """
    with open_file(path, _LARGEST, "name a configuration file.") as stream:
        content = stream.read(_LARGEST + 1)
    try:
        return tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        where = f" ({error})" if isinstance(error, tomllib.TOMLDecodeError) else ""
        raise UnusableInputError(f"{path} is no TOML file{where}; see docs/network.md for what it holds.") from None


class Table:
    """One table, from which each key is taken once; `finish` notes those that nobody took.

    Parameters
    ----------
    values : mapping of str to object
    place : str
        Its name, as people find it in the file.
    problems : Problems
    folder : Path
        What relative paths in it are relative to.
    """

    def __init__(self, values: Mapping[str, Any], place: str, problems: Problems, folder: Path) -> None:
        self._left, self.place, self.problems, self._folder = dict(values), place, problems, folder

    def _take(self, key: str, kind: type, default: Any) -> Any:  # noqa: ANN401 of a file
        value = self._left.pop(key, None)
        if value is None:
            return default
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            self.say(key, f"is {_TYPES[kind]}; correct it.")
            return default
        return value

    def say(self, key: str, what: str) -> None:
        """Note a problem of a key."""
        self.problems.say(f"'{key}' of [{self.place}]" if self.place else f"'{key}'", what)

    def text(self, key: str, default: str = "", *, needed: bool = False, among: Collection[str] = ()) -> str:
        """A text, and one of `among`, if that is given."""
        found = str(self._take(key, str, default))
        if needed and not found:
            self.say(key, "is missing; add it.")
        elif found and among and found not in among:
            self.say(key, f"is none of {', '.join(among)}; choose one of them.")
        return found

    def number(self, key: str, default: int, least: int, most: int) -> int:
        """A whole number between two."""
        found = int(self._take(key, int, default))
        if not least <= found <= most:
            self.say(key, f"is a number from {least} to {most}; correct it.")
        return found

    def truth(self, key: str, *, default: bool) -> bool:
        """True or false."""
        return bool(self._take(key, bool, default))

    def texts(self, key: str, among: Collection[str] = ()) -> tuple[str, ...]:
        """A list of texts."""
        found = self._take(key, list, [])
        if not all(isinstance(each, str) and each for each in found):
            self.say(key, "is a list of texts; correct it.")
            return ()
        unknown = [each for each in found if among and each not in among]
        if unknown:
            self.say(key, f"may hold {', '.join(among)}, and '{unknown[0]}' is none of them; correct it.")
        return tuple(found)

    def path(self, key: str, *, needed: bool = False) -> Path | None:
        """A path, relative to the folder of the file."""
        found = self.text(key, needed=needed)
        return self._folder / found if found else None

    def paths(self, key: str) -> tuple[Path, ...]:
        """A list of paths."""
        return tuple(self._folder / each for each in self.texts(key))

    def table(self, key: str) -> Table | None:
        """A table inside; None where there is none."""
        found = self._take(key, dict, None)
        return None if found is None else self._inside(found, key)

    def tables(self, key: str) -> dict[str, Table]:
        """Named tables inside."""
        inside = self.table(key)
        if inside is None:
            return {}
        return {name: made for name in inside.names() if (made := inside.table(name)) is not None}

    def names(self) -> list[str]:
        """Keys that nobody took yet."""
        return list(self._left)

    def rows(self, key: str) -> list[Table]:
        """Tables in a list."""
        found = self._left.pop(key, [])
        if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
            self.say(key, f"is a list of tables, each under [[{key}]]; correct it.")
            return []
        return [self._inside(each, f"{key} {number}") for number, each in enumerate(found, 1)]

    def _inside(self, values: Mapping[str, Any], key: str) -> Table:
        return Table(values, f"{self.place}.{key}" if self.place else key, self.problems, self._folder)

    def finish(self) -> None:
        """Note keys that nobody knows."""
        for key in self._left:
            self.say(str(key)[:40], "is unknown here; remove it, or correct its name.")
