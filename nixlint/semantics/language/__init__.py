"""The language: scopes, values, functions and ``lib``, and the files that a program reads; nothing of options."""
