"""What the profiles for lossless storage share: cells of air that say, under a key, where a message lies."""
