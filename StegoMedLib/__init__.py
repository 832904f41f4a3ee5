"""StegoMed: seals a record inside the part of a CT or MR image that carries no diagnosis."""

__version__ = "0.1.0"
