"""Names for what comes with Slicer, which has no types that a checker could know."""

from typing import Any, TypeAlias

__all__ = ["Client", "Node", "Parameters", "Widget"]

Client: TypeAlias = Any
"""A client of a package that only Slicer brings along."""
Node: TypeAlias = Any
"""A node of the MRML scene."""
Parameters: TypeAlias = Any
"""The parameter node, or None while there is none; Slicer makes its members when the class is made."""
Widget: TypeAlias = Any
"""A Qt, CTK or qMRML widget, or a namespace of them."""
