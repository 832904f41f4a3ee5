"""The commands, one a file: `add` puts a command's parser among the others, its `run` does the work."""
