"""Profile ``capacity``: as much as the air can carry, for lossless storage."""

from StegoMedLib.codec.capacity.profile import Capacity

__all__ = ["Capacity"]
