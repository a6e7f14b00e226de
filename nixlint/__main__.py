"""``python -m nixlint``, and what the command ``nixlint`` starts with."""

import os
from typing import NoReturn


def start() -> NoReturn:
    """Run the command line. An interrupt is an exit code from the first import on."""
    try:
        from nixlint.cli.main import main

        main()
    except KeyboardInterrupt:
        os._exit(130)


if __name__ == "__main__":
    start()
