"""Rules that others write: writing one, vetting files of rules without running them, and bringing them up to date."""
