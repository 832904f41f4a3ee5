"""Profile ``reversible``: whoever reads the message gets the cover back bit by bit, for lossless storage."""

from StegoMedLib.codec.reversible.profile import Reversible

__all__ = ["Reversible"]
