"""The host of containers: its ports, paths, firewall, addresses and services."""
