"""Profile ``fidelity``: as few changes as can be, for lossless storage."""

from StegoMedLib.codec.fidelity.profile import Fidelity

__all__ = ["Fidelity"]
