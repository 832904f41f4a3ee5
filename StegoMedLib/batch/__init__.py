"""Batches: many series, each worked on by itself, by processes of one machine or of a Dask cluster."""
