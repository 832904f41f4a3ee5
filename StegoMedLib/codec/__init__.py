"""Embeds bits in planes: 4x4 DCT blocks, profiles, keyed addressing. Arrays and keys only, no files, no DICOM."""
