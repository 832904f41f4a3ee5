"""Slices and series: where slices come from, where they go, and the files that hold them."""
