"""Training and export of the Mask R-CNN; needs PyTorch and torchvision, which nothing else here does."""
