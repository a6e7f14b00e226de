"""Rules about the scripts of NixOS tests."""
