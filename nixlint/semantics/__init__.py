"""Scopes, values, functions, ``lib``, the module system and the repository; nothing of rules or of tree-sitter."""
