"""``python -m nixlint``."""

from nixlint.cli.main import main

main()
