"""Rules about what Nix refuses while it parses a file."""
