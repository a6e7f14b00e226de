"""A run: which files, which subjects of them to which rules, and what is kept for the next run."""
