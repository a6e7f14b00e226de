"""Rules about what a host does for the network of its containers."""
