"""Python modules that Slicer has and slicer-core has not, written anew from their documented behaviour."""
