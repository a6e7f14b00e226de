"""Nix text: expressions and containers, written as Nix's official formatter would leave them."""
