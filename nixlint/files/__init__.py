"""The only door to the disk: reading, listing and writing that stay where they belong and never block."""
