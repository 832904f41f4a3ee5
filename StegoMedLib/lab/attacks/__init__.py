"""Attacks: what may happen to the stored values of a plane on the way from the sender to the receiver."""

from StegoMedLib.lab.attacks.attack import Attacked, attack, attack_and_measure
from StegoMedLib.lab.attacks.kinds import KINDS, Kind, PlaneKind

__all__ = ["KINDS", "Attacked", "Kind", "PlaneKind", "attack", "attack_and_measure"]
