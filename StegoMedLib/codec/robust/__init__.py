"""Profile ``robust``: for images that lose something on the way."""

from StegoMedLib.codec.robust.profile import Robust

__all__ = ["Robust"]
