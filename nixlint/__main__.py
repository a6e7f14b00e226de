"""``python -m nixlint``, and what the command ``nixlint`` starts with."""

import os
import sys

# Of Python's own modules, only those may be imported above that the interpreter has loaded by now: ``python -m`` puts the
# current folder first on the path for modules, and that may be anybody's, with a ``typing.py`` in it.
if __name__ == "__main__" and not sys.flags.safe_path:
    try:
        if sys.path and sys.path[0] == os.getcwd():  # noqa: PTH109
            del sys.path[0]
    except OSError:  # the folder was deleted
        pass


def start() -> None:
    """Run the command line, and end the process. An interrupt is an exit code from the first import on."""
    try:
        from nixlint.cli.main import main

        main()
    except KeyboardInterrupt:
        os._exit(130)


if __name__ == "__main__":
    start()
