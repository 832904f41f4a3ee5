"""Trains the Mask R-CNN and exports it as ONNX; needs PyTorch and torchvision."""
