"""What is measured, against whom, and how: scripts, run by hand."""
