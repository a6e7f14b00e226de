"""Compose files: loading, merging, interpolation, the Compose data model, and what it becomes in NixOS."""
