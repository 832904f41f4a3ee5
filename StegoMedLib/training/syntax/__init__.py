"""What each command of the training takes."""
