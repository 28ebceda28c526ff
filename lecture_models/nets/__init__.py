"""The lecture's networks, built from torchvision's parts wherever it has them."""
