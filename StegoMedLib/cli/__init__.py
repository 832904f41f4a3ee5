"""The command line: parsing, progress and printing; the work is done in `StegoMedLib.pipeline`."""
