"""Measures of what others made: stego series against their covers, masks against references."""
