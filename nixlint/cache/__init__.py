"""What a run keeps for the next one: where, in which form, and what the contents of files were."""
