"""Compose projects and ``docker run`` lines, turned into NixOS modules: the reader of one room, the writer of another."""
