"""Tries what the settings name, so that a service that begins can do its work."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from StegoMedLib.errors import StegoMedError, UnusableInputError
from StegoMedLib.network.keys import check_rule
from StegoMedLib.network.settings import Node
from StegoMedLib.network.targets import NodeTarget
from StegoMedLib.network.tls import calling, listening
from StegoMedLib.network.web_target import WebTarget

if TYPE_CHECKING:
    from collections.abc import Callable

    from StegoMedLib.network.settings import Settings, WebServer

__all__ = ["check"]


def check(settings: Settings, tell: Callable[[str], object]) -> None:
    """Read keys, certificates and credentials.

    Parameters
    ----------
    settings : Settings
    tell : callable
        Given a sentence where others may read a key, too.

    Raises
    ------
    UnusableInputError
        With a sentence for each that cannot be used.
    """
    trials: list[Callable[[], object]] = [partial(check_rule, rule, tell) for rule in settings.rules]
    trials += [partial(_check_target, target, settings) for target in settings.targets.values()]
    trials += [partial(calling, node.tls) for node in settings.callers.values() if node.tls is not None]
    if settings.listen.tls is not None:
        trials.append(partial(listening, settings.listen.tls))
    problems = dict.fromkeys(sentence for trial in trials for sentence in _problems(trial))
    if problems:
        raise UnusableInputError(*problems)


def _problems(trial: Callable[[], object]) -> tuple[str, ...]:
    try:
        trial()
    except StegoMedError as error:
        return error.args
    return ()


def _check_target(target: Node | WebServer, settings: Settings) -> None:
    made = NodeTarget(target, settings.listen.title) if isinstance(target, Node) else WebTarget(target)
    made.close()
