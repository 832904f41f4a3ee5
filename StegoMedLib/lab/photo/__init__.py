"""A learned way to hide a medical image in a photograph, to compare ours with: network, data and training."""
