"""Packs of rules that are a folder of a repository: what they hold, whether the person allowed them, and loading them."""
