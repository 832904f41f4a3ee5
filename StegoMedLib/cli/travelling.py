"""Studies on servers in the place of folders: fetched before a command runs, and sent when it is done.

Commands know nothing of it: they read and write a private folder, which goes away.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from StegoMedLib.cli.screen import progress_bar, say
from StegoMedLib.errors import NotEveryFileError, StegoMedError, UsageError
from StegoMedLib.network.addresses import Address, is_url
from StegoMedLib.wording import counted

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Sequence

    from StegoMedLib.network.dicomweb import DicomwebServer

__all__ = ["travelling"]

_SOURCES = ("source", "results")
_RESULT = "result"
_FOR_SERVERS = ("credentials", "target_credentials", "ca", "client_certificate", "client_key", "accept_http")


@contextmanager
def travelling(arguments: argparse.Namespace) -> Iterator[Callable[[], None]]:
    """Put folders into `arguments` where they name servers.

    When the body ends well, or with files left out, its result is sent. Else, or where the server does not take all of
    it, the result, if there is one, is kept, and its place is said.

    Yields
    ------
    callable
        Fetches the sources; to be called when what can be refused at once was refused.

    Raises
    ------
    StegoMedError
        What the body raises, or what keeps studies from travelling.
    """
    sources = {name: place for name in _SOURCES if isinstance(place := getattr(arguments, name, None), Address)}
    typed = getattr(arguments, "target", None)
    target = Address.of(typed) if isinstance(typed, str) and is_url(typed) else None
    if not sources and target is None:
        _check_unneeded(arguments)
        yield _nothing
        return
    from StegoMedLib.cli.private_folder import private_folder  # noqa: PLC0415  not for every start

    with private_folder() as folder:
        trip = _Trip(arguments, folder, sources, target)
        try:
            yield trip.fetch
        except NotEveryFileError as error:
            trip.send(before=error.args)
            raise
        else:
            trip.send()
        finally:
            trip.keep()


def _check_unneeded(arguments: argparse.Namespace) -> None:
    """Refuse what is for servers where there is none."""
    for option in _FOR_SERVERS:
        if getattr(arguments, option, None) and not hasattr(arguments, "url"):
            raise UsageError(f"--{option.replace('_', '-')} is for servers, and no URL is given; leave it out.")


def _nothing() -> None:
    """What is to be fetched where nothing travels."""


class _Trip:
    """What is fetched and sent in one run."""

    def __init__(
        self, arguments: argparse.Namespace, folder: Path, sources: dict[str, Address], target: Address | None
    ) -> None:
        _check(arguments, to_server=target is not None)
        if len({place.base for place in sources.values()}) > 1:
            raise UsageError(
                "SRC and --results are on different servers, and credentials are for one; fetch the results with "
                "'stegomed pull' before."
            )
        self._sources = [
            (_server(place, arguments, arguments.credentials), place, folder / name) for name, place in sources.items()
        ]
        for name in sources:
            setattr(arguments, name, folder / name)
        self._result = folder / _RESULT
        self._target = None
        if target is not None:
            strange = any(place.base != target.base for place in sources.values())
            given = arguments.target_credentials
            self._target = _server(target, arguments, given if strange or given else arguments.credentials)
            arguments.target = f"{self._result}{os.sep}"

    def fetch(self) -> None:
        """Fetch the sources, when the server that is to get the result is there."""
        if self._target is not None:
            self._target.check_reachable()
        for server, place, folder in self._sources:
            with server, progress_bar("Fetching the files") as progress:
                found = server.retrieve(str(place.study), place.series, into=folder, progress=progress)
            say(f"Fetched {counted(found.files, 'file')} from {place.base}.")

    def send(self, before: Sequence[str] = ()) -> None:
        """Send the result, where it goes to a server.

        Parameters
        ----------
        before : sequence of str
            How the command ended; said where sending ends in another way.

        Raises
        ------
        StegoMedError
            The server does not take all of it.
        """
        if self._target is None or not self._result.exists():
            return
        from StegoMedLib.cli.servers import Sent  # noqa: PLC0415  not for every start

        sent = Sent(self._result, self._target)
        try:
            with self._target:
                sent.send()
            sent.account()
        except StegoMedError:
            for sentence in before:
                say(sentence)
            raise
        if sent.stored == len(sent.receipts):
            self._target = None

    def keep(self) -> None:
        """Keep a result that was to be sent, and was not."""
        if self._target is None or not self._result.exists():
            return
        from StegoMedLib.cli.private_folder import kept  # noqa: PLC0415

        place = kept(self._result)
        say(
            f"Not everything was sent: the result lies in {place}, where only you can read it. Look at it, then send "
            "it with 'stegomed push', or remove it."
        )


def _server(address: Address, arguments: argparse.Namespace, credentials: Path | None) -> DicomwebServer:
    from StegoMedLib.cli.servers import server_at  # noqa: PLC0415  not for every start

    return server_at(address, arguments, credentials)


def _check(arguments: argparse.Namespace, *, to_server: bool) -> None:
    """Refuse what makes no sense, before anything is fetched.

    Raises
    ------
    UsageError
        An option is for folders.
    UnusableInputError
        The folder to write to is taken.
    """
    if to_server:
        for option in ("overwrite", "copy_others"):
            if getattr(arguments, option, False):
                raise UsageError(
                    f"--{option.replace('_', '-')} is for folders, and DST is a server, which never replaces what it "
                    "has; leave it out."
                )
        return
    from StegoMedLib.series.staging import check_target  # noqa: PLC0415  not for every start

    for name in ("target", "out"):
        place = getattr(arguments, name, None)
        if place is not None and hasattr(arguments, "overwrite"):
            check_target(None, Path(place), overwrite=arguments.overwrite)
