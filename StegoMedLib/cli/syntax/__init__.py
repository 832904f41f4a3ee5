"""What each command takes, one a file; all of it is light, so that a question of help is answered at once."""
