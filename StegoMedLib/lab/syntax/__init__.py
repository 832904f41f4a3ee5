"""What each command of the laboratory takes."""
