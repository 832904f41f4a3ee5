"""Reads the settings of the service from a TOML file."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from StegoMedLib.choices import CARRIED_IDENTITY, CARRY, CLEANABLE, DEFAULT_FINDER, FINDERS, PRESETS, RETAINABLE
from StegoMedLib.codec.profiles import BLIND, DEFAULT_PROFILE
from StegoMedLib.network.settings import (
    ACTIONS,
    DEIDENTIFY,
    EMBED,
    EXTRACT,
    HEADER,
    MEGA,
    REIDENTIFY,
    WITHOUT_CAPACITY,
    Inside,
    Listen,
    Node,
    Rule,
    Settings,
    Tls,
    WebServer,
)
from StegoMedLib.network.tables import Problems, Table, read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["read_config", "read_inside"]

_MOST_PORT, _MOST_MB = 65535, 1 << 20
_MOST_WORKERS, _MOST_ASSOCIATIONS, _MOST_SECONDS, _MOST_DAYS = 256, 1000, 86400, 3650
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_INSIDE = (DEIDENTIFY, EMBED, REIDENTIFY)
_LONGEST_TITLE = 16
"""Characters of an AE title (PS3.5, table 6.2-1)."""


def read_config(path: Path) -> Settings:
    """Read and check a configuration.

    Raises
    ------
    UnusableInputError
        With one sentence for each thing that is wrong.
    """
    problems = Problems(path)
    folder = path.absolute().parent
    top = Table(read_toml(path), "", problems, folder)
    listen = _listen(top.table("listen"))
    targets = {name: _target(table) for name, table in top.tables("targets").items() if _named(name, table)}
    callers = {name: _node(table, title=name) for name, table in top.tables("callers").items() if _titled(name, table)}
    rows = top.rows("rules")
    rules = tuple(_rule(row, targets) for row in rows)
    if not rules:
        problems.say("'rules'", "is missing; add at least one [[rules]].")
    made = Settings(
        spool=top.path("spool", needed=True) or folder,
        rules=rules,
        targets=targets,
        listen=listen,
        callers=callers,
        least_free=top.number("least-free-mb", 1024, 1, _MOST_MB) * MEGA,
        workers=top.number("workers", 0, 0, _MOST_WORKERS),
        seconds=top.number("seconds", 120, 1, _MOST_SECONDS),
        finder=top.text("finder", DEFAULT_FINDER, among=tuple(FINDERS)),
        audit=top.path("audit"),
        health_port=top.number("health-port", 9180, 0, _MOST_PORT),
        keep_days=top.number("keep-days", 30, 1, _MOST_DAYS),
    )
    top.finish()
    problems.check()
    return made


def read_inside(path: Path) -> Inside:
    """Read and check the settings of the work inside an archive; errors as of `read_config`."""
    problems = Problems(path)
    top = Table(read_toml(path), "", problems, path.absolute().parent)
    rows = top.rows("rules")
    made = Inside(
        rules=tuple(_rule(row, None) for row in rows),
        finder=top.text("finder", DEFAULT_FINDER, among=tuple(FINDERS)),
        results=top.texts("results"),
        scratch=top.path("scratch"),
    )
    if not rows:
        problems.say("'rules'", "is missing; add at least one [[rules]].")
    top.finish()
    problems.check()
    return made


def _named(name: str, table: Table) -> bool:
    if _NAME.fullmatch(name) is None:
        table.problems.say(f"[{table.place}]", "has a name of other than letters, digits, - and _; rename it.")
    return _NAME.fullmatch(name) is not None


def _titled(name: str, table: Table) -> bool:
    if not _is_title(name):
        table.problems.say(f"[{table.place}]", "is no AE title (1 to 16 printable characters); rename it.")
    return _is_title(name)


def _is_title(text: str) -> bool:
    return 0 < len(text) <= _LONGEST_TITLE and text.isascii() and text.isprintable() and text.strip() == text


def _title(table: Table, key: str, default: str = "", *, needed: bool = False) -> str:
    found = table.text(key, default, needed=needed)
    if found and not _is_title(found):
        table.say(key, "is no AE title (1 to 16 printable characters); correct it.")
    return found


def _listen(table: Table | None) -> Listen:
    if table is None:
        return Listen()
    made = Listen(
        _title(table, "title", "STEGOMED"),
        table.text("address", "127.0.0.1"),
        table.number("port", 11112, 1, _MOST_PORT),
        table.number("associations", 16, 1, _MOST_ASSOCIATIONS),
        table.number("idle-seconds", 60, 1, _MOST_SECONDS),
        table.number("largest-mb", 2048, 1, _MOST_MB) * MEGA,
        _tls(table, listening=True),
    )
    table.finish()
    return made


def _tls(table: Table, *, listening: bool = False) -> Tls | None:
    inside = table.table("tls")
    if inside is None:
        return None
    certificate, key = inside.path("certificate", needed=listening), inside.path("key", needed=listening)
    if (certificate is None) != (key is None):
        inside.say("certificate", "goes with 'key'; give both or neither.")
    made = Tls(certificate, key, inside.path("authority"))
    if listening:
        made = Tls(certificate, key, made.authority, inside.truth("client-certificate", default=False))
        if made.client_needed and made.authority is None:
            inside.say("authority", "is missing: certificates of callers are checked by it; add it.")
    for each in (made.certificate, made.key, made.authority):
        _must_exist(inside, each)
    inside.finish()
    return made


def _must_exist(table: Table, path: Path | None) -> None:
    if path is not None and not path.is_file():
        table.problems.say(f"[{table.place}]", f"names {path}, which is no file; correct it.")


def _node(table: Table, title: str = "") -> Node:
    made = Node(
        title or _title(table, "title", needed=True),
        table.text("host", needed=True),
        table.number("port", 104, 1, _MOST_PORT),
        _tls(table),
    )
    table.finish()
    return made


def _target(table: Table) -> Node | WebServer:
    url = table.text("url")
    if not url:
        return _node(table)
    if not url.startswith(("https://", "http://")):
        table.say("url", "begins with https:// or http://; correct it.")
    http = table.truth("accept-http", default=False)
    made = WebServer(url, table.path("credentials"), _tls(table) or Tls(), accept_http=http)
    _must_exist(table, made.credentials)
    table.finish()
    return made


def _rule(table: Table, targets: Mapping[str, Node | WebServer] | None) -> Rule:
    """A rule; without targets one of the work inside an archive."""
    inside = targets is None
    made = Rule(
        table.texts("callers"),
        table.texts("modalities"),
        table.text("action", needed=True, among=_INSIDE if inside else ACTIONS),
        "" if inside else table.text("target", needed=True),
        table.path("key"),
        table.path("passphrase"),
        table.path("identity"),
        table.text("preset", "basic", among=tuple(PRESETS)),
        table.texts("retain", tuple(RETAINABLE)),
        table.texts("clean", tuple(CLEANABLE)),
        table.texts("remove"),
        table.path("pseudonyms"),
        table.paths("encrypted-attributes"),
        table.text("carry", CARRIED_IDENTITY, among=CARRY),
        table.text("profile", DEFAULT_PROFILE, among=BLIND),
        table.text("without-capacity", HEADER, among=WITHOUT_CAPACITY),
        table.truth("accept-burned-in", default=False),
        table.path("masks"),
        None if inside else table.path("reports"),
        "" if inside else table.text("images"),
    )
    _check_rule(table, made)
    if targets is None:
        _check_inside(table, made)
    else:
        _check_way(table, made, targets)
    table.finish()
    return made


def _check_inside(table: Table, rule: Rule) -> None:
    if rule.callers and rule.action != REIDENTIFY:
        table.say("callers", "is for 'reidentify' alone: an archive does not say who sent an instance; remove it.")
    if rule.modalities and rule.action == REIDENTIFY:
        table.say("modalities", "is not for 'reidentify', which is asked for by name; remove it.")


def _check_way(table: Table, rule: Rule, targets: Mapping[str, Node | WebServer]) -> None:
    if rule.target and rule.target not in targets:
        table.say("target", "is the name of no [targets.NAME]; correct it, or add that table.")
    if rule.images and not isinstance(targets.get(rule.images), WebServer):
        table.say("images", "is the name of no target with a 'url'; results refer to images that are asked for there.")
    if rule.action == EXTRACT and rule.reports is None:
        table.say("reports", "is missing; name the folder that reports of 'extract' go to.")


def _check_rule(table: Table, rule: Rule) -> None:
    sealing = rule.action in (DEIDENTIFY, EMBED)
    if not (rule.key or rule.passphrase or (rule.identity and not sealing)):
        table.say("key", "is missing; name a key file, as 'stegomed keygen' makes it.")
    for each in (rule.key, rule.passphrase, rule.identity, rule.pseudonyms, *rule.certificates):
        _must_exist(table, each)
    if rule.masks is not None and not rule.masks.is_dir():
        table.say("masks", f"names {rule.masks}, which is no folder; correct it.")
