"""The settings of the service: who may send, what is done to it, and where it goes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from StegoMedLib.choices import CARRIED_IDENTITY, DEFAULT_FINDER
from StegoMedLib.codec.profiles import DEFAULT_PROFILE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = [
    "ACTIONS",
    "DEIDENTIFY",
    "EMBED",
    "EXTRACT",
    "HEADER",
    "MEGA",
    "QUARANTINE",
    "REIDENTIFY",
    "WITHOUT_CAPACITY",
    "Inside",
    "Listen",
    "Node",
    "Rule",
    "Settings",
    "Tls",
    "WebServer",
]

ACTIONS = DEIDENTIFY, EMBED, EXTRACT, REIDENTIFY = ("deidentify", "embed", "extract", "reidentify")
WITHOUT_CAPACITY = HEADER, QUARANTINE = ("header", "quarantine")
"""What becomes of an instance whose pixels hold nothing: the identity goes along sealed in its header, or it stays."""

MEGA = 1 << 20


@dataclass(frozen=True)
class Tls:
    """Files in PEM for a secure connection.

    Attributes
    ----------
    certificate, key : Path or None
        Of this side.
    authority : Path or None
        Certificates of the authorities that the other side's is checked by; those of the system without.
    client_needed : bool
        Of a listening side: whoever calls must show a certificate of theirs.
    """

    certificate: Path | None = None
    key: Path | None = None
    authority: Path | None = None
    client_needed: bool = False


@dataclass(frozen=True)
class Listen:
    """Where the service listens, and what it bears.

    Attributes
    ----------
    largest : int
        Bytes of a data set.
    idle_seconds : int
        After which a silent association is ended.
    """

    title: str = "STEGOMED"
    address: str = "127.0.0.1"
    port: int = 11112
    associations: int = 16
    idle_seconds: int = 60
    largest: int = 2048 * MEGA
    tls: Tls | None = None


@dataclass(frozen=True)
class Node:
    """An application entity that is called."""

    title: str
    host: str
    port: int
    tls: Tls | None = None


@dataclass(frozen=True)
class WebServer:
    """A DICOMweb server; `accept_http` where credentials may travel unencrypted."""

    url: str
    credentials: Path | None = None
    tls: Tls = Tls()
    accept_http: bool = False


@dataclass(frozen=True)
class Rule:
    """What is done to instances of some callers and modalities, and where the result goes.

    Attributes
    ----------
    callers, modalities : tuple of str
        Empty for all.
    target : str
        Name of a target.
    key, passphrase, identity : Path or None
        Files with the key; at least one.
    preset, retain, clean, remove, pseudonyms, certificates, carry
        Of `deidentify`, as of the command; the last but one are PEM files of those for whom it is encrypted in headers.
    without_capacity : str
        One of `WITHOUT_CAPACITY`.
    images : str
        Of `reidentify`: the DICOMweb target that holds the images which results (SEG, SR, ...) refer to.
    reports : Path or None
        Of `extract`: folder of the reports.
    """

    callers: tuple[str, ...]
    modalities: tuple[str, ...]
    action: str
    target: str
    key: Path | None = None
    passphrase: Path | None = None
    identity: Path | None = None
    preset: str = "basic"
    retain: tuple[str, ...] = ()
    clean: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    pseudonyms: Path | None = None
    certificates: tuple[Path, ...] = ()
    carry: str = CARRIED_IDENTITY
    profile: str = DEFAULT_PROFILE
    without_capacity: str = HEADER
    accept_burned_in: bool = False
    masks: Path | None = None
    reports: Path | None = None
    images: str = ""

    def takes(self, caller: str, modality: str | None = None) -> bool:
        """Whether it is for instances of a caller, and of a modality, if that is known yet."""
        of_caller = not self.callers or caller in self.callers
        return of_caller and (modality is None or not self.modalities or modality in self.modalities)


@dataclass(frozen=True)
class Settings:
    """All of it; it names files with secrets, and holds none.

    Attributes
    ----------
    least_free : int
        Bytes that stay free on the disk of the spool.
    workers : int
        Processes; 0 for as many as there are cores.
    seconds : int
        That one instance may take.
    health_port : int
        Of the page on the loopback address; 0 for none.
    callers : mapping of str to Node
        Where answers about storage commitment go, by AE title.
    keep_days : int
        For how long the service remembers what it took over, to be asked about it.
    """

    spool: Path
    rules: tuple[Rule, ...]
    targets: Mapping[str, Node | WebServer]
    listen: Listen = Listen()
    callers: Mapping[str, Node] = field(default_factory=dict)
    least_free: int = 1024 * MEGA
    workers: int = 0
    seconds: int = 120
    finder: str = DEFAULT_FINDER
    audit: Path | None = None
    health_port: int = 9180
    keep_days: int = 30

    def rule_for(self, caller: str, modality: str) -> Rule | None:
        """The first rule that takes such an instance."""
        return next((rule for rule in self.rules if rule.takes(caller, modality)), None)


@dataclass(frozen=True)
class Inside:
    """Settings of the work inside an archive, which takes and gives the instances itself.

    Attributes
    ----------
    rules : tuple of Rule
        Without targets: `deidentify` and `embed` are done to what arrives, `reidentify` when somebody asks for it;
        the callers of the latter are users of the archive.
    results : tuple of str
        Modalities of what is no image (SEG, SR, ...) and is stored as it comes, if its patient is a pseudonym.
    scratch : Path or None
        Where private folders are made; the system's place for temporary files without.
    """

    rules: tuple[Rule, ...]
    finder: str = DEFAULT_FINDER
    results: tuple[str, ...] = ()
    scratch: Path | None = None

    @property
    def protects(self) -> bool:
        """Whether there is a rule for what arrives."""
        return any(rule.action != REIDENTIFY for rule in self.rules)

    def arriving(self, modality: str) -> Rule | None:
        """The first rule for what arrives of a modality."""
        return next((rule for rule in self.rules if rule.action != REIDENTIFY and rule.takes("", modality)), None)

    def asked_by(self, user: str) -> Rule | None:
        """The first rule by which a user gets identities back."""
        return next((rule for rule in self.rules if rule.action == REIDENTIFY and rule.takes(user)), None)
