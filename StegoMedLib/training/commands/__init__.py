"""What each command of the training does."""
