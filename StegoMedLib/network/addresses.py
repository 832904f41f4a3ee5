"""Addresses of DICOMweb servers, and of studies and series on them (PS3.18 10.1). Light to load, for help."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from StegoMedLib.errors import UsageError

__all__ = ["Address", "checked_uid", "is_uid", "is_url"]

_SCHEMES = ("http://", "https://")
_URL = re.compile(r"[\x21-\x7e]{1,2048}")
_HOST = re.compile(r"[A-Za-z0-9._-]{1,253}|[0-9A-Fa-f:.]{2,64}")
_PLACE = re.compile(r"(?P<base>.*?)/studies(?:/(?P<study>[^/]*))?(?:/series/(?P<series>[^/]*))?")
_UID = re.compile(r"[0-9]+(\.[0-9]+)*")
_LONGEST_UID = 64


def is_url(text: str) -> bool:
    """Whether a text names a server, and no file."""
    return text.lower().startswith(_SCHEMES)


def is_uid(text: object) -> bool:
    """Whether something is a UID as it may stand in a URL (PS3.5 9.1; leading zeros are taken)."""
    return isinstance(text, str) and len(text) <= _LONGEST_UID and _UID.fullmatch(text) is not None


def checked_uid(text: str) -> str:
    """`text`, if it is a UID.

    Raises
    ------
    UsageError
        It is none.
    """
    if not is_uid(text):
        raise UsageError(
            "A UID has up to 64 digits and dots, as in 1.2.840.10008; give the one of the study or series."
        )
    return text


@dataclass(frozen=True)
class Address:
    """A DICOMweb server, or what a URL names on it.

    Attributes
    ----------
    base : str
        URL of the service, as "https://host/dicom-web", without a slash at its end.
    study, series : str or None
        UIDs.
    """

    base: str
    study: str | None = None
    series: str | None = None

    @classmethod
    def of(cls, url: str) -> Address:
        """The address that a URL says: of a service, or of a study or series below it.

        No message quotes the URL, as people put passwords into it.

        Raises
        ------
        UsageError
            It is none, or holds more than scheme, host, port and path.
        """
        try:
            parts = urlsplit(url)
            usable = is_url(url) and bool(_URL.fullmatch(url) and _HOST.fullmatch(parts.hostname or ""))
            usable = usable and parts.port != 0
        except ValueError:
            usable = False
        if not usable:
            raise UsageError("This is no usable URL of a DICOMweb server; give one such as https://host/dicom-web.")
        if "@" in parts.netloc:
            raise UsageError(
                "A URL holds no user and no password, because others see it; write them to a file, and name it with "
                "--credentials."
            )
        if "?" in url or "#" in url:
            raise UsageError("A URL of a DICOMweb server has no '?' and no '#'; give scheme, host and path alone.")
        return cls._placed(f"{parts.scheme}://{parts.netloc.lower()}", parts.path.rstrip("/"))

    @classmethod
    def _placed(cls, origin: str, path: str) -> Address:
        place = _PLACE.fullmatch(path)
        if place is None:
            return cls(origin + path)
        study, series = place["study"], place["series"]
        for uid in (study, series):
            if uid is not None:
                checked_uid(uid)
        return cls(origin + place["base"], study, series)

    @property
    def is_plain(self) -> bool:
        """Whether others can read on the way what is sent: it is not encrypted, and leaves this computer."""
        parts = urlsplit(self.base)
        return parts.scheme == "http" and not _is_loopback(parts.hostname or "")

    def __str__(self) -> str:
        """The URL."""
        study = f"/studies/{self.study}" if self.study else ""
        return self.base + study + (f"/series/{self.series}" if self.series else "")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
