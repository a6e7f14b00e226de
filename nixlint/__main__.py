"""``python -m nixlint``, and what the command ``nixlint`` starts with."""

import contextlib
import os
import sys
from typing import NoReturn


def start() -> NoReturn:
    """Run the command line. An interrupt is an exit code from the first import on."""
    try:
        from nixlint.cli.main import main

        main()
    except KeyboardInterrupt:
        os._exit(130)


def _forget_current_folder() -> None:
    """Take the current folder, which ``python -m`` puts there, from the path for modules: it may be anybody's."""
    if not sys.flags.safe_path and sys.path and sys.path[0] == os.getcwd():  # noqa: PTH109
        del sys.path[0]


if __name__ == "__main__":
    with contextlib.suppress(OSError):
        _forget_current_folder()
    start()
