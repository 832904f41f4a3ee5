"""Secure connections, as the Basic TLS profiles want them (PS3.15 annex B: TLS 1.2 or later)."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

from StegoMedLib.errors import UnusableInputError

if TYPE_CHECKING:
    from StegoMedLib.network.settings import Tls

__all__ = ["calling", "listening"]


def listening(tls: Tls) -> ssl.SSLContext:
    """What a listening side needs; callers show a certificate where that is demanded.

    Raises
    ------
    UnusableInputError
        A file cannot be used.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _load(context, tls)
    if tls.client_needed:
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def calling(tls: Tls) -> ssl.SSLContext:
    """What a calling side needs: the other side's certificate and name are checked in any case.

    Raises
    ------
    UnusableInputError
        A file cannot be used.
    """
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    _load(context, tls)
    return context


def _load(context: ssl.SSLContext, tls: Tls) -> None:
    try:
        if tls.certificate is not None:
            context.load_cert_chain(tls.certificate, tls.key, password=_no_password)
        if tls.authority is not None:
            context.load_verify_locations(tls.authority)
    except (OSError, ValueError) as error:  # SSLError is an OSError
        raise UnusableInputError(
            f"The certificate {tls.certificate or tls.authority}, its key or its authority cannot be used "
            f"({getattr(error, 'reason', None) or 'not PEM'}); name files in PEM without a password."
        ) from None


def _no_password() -> bytes:
    return b""
