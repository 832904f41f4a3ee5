"""Stand-ins for classes of CTK and Slicer that no wheel carries.

They offer only members that Slicer's classes have: `names` checks it when a class is made, and a test once more.
"""

from . import application, files, layout, mrml_widgets, node_combo_box
from .ctk_widgets import ctk

__all__ = ["application", "ctk", "files", "layout", "mrml_widgets", "node_combo_box"]
