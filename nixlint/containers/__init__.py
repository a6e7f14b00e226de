"""The container model and its reader from Nix option definitions; nothing of YAML or of tree-sitter."""
