"""The parts of the StegoMed panel; StegoMed.py wires them together."""
