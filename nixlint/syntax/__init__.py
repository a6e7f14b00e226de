"""Bytes, the syntax tree of Nix, string literals, comments and text edits; nothing of options, NixOS or rules."""
