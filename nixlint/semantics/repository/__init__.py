"""A repository of Nix files: its files, flake and hosts, and the questions that can be asked of it."""
