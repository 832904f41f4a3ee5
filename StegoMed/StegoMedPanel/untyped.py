"""Names for what comes from Slicer's C++ side, which has no types that a checker could know."""

from typing import Any, TypeAlias

__all__ = ["Node", "Widget"]

Node: TypeAlias = Any
"""A node of the MRML scene."""
Widget: TypeAlias = Any
"""A Qt, CTK or qMRML widget, or a namespace of them."""
