"""Embeds, extracts and measures capacity over a series: the only package of the product where the stations meet."""
