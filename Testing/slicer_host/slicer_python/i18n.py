"""`slicer.i18n`: translation of texts; the host speaks English."""

from __future__ import annotations

import slicer


def translate(context: str, text: str) -> str:
    """A text in the language of the application."""
    return str(slicer.app.translate(context, text))


def tr(text: str) -> str:
    """Translate a text of the calling module."""
    return translate("", text)
