"""Rules about what could be NixOS configuration and is not yet."""
