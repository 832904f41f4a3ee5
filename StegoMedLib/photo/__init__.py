"""A study inside photographs: sealed, cut into shares, each of which a photograph carries by changes of one level."""
