"""What each command does, one a file: `run` does the work. What it takes is said in `StegoMedLib.cli.syntax`."""
