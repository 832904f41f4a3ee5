"""Slices and series: what gives slices, what takes them, and the files they lie in."""
