# An extension in Python exports no targets: nothing to generate.
