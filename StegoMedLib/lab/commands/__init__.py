"""What each command of the laboratory does."""
