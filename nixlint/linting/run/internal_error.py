"""What to say of a defect of nixlint or of a rule."""

from __future__ import annotations

from pathlib import Path


def internal_error(where: str, error: Exception) -> str:
    """What was being done, and where it went wrong; not the exception's text, which may quote the configuration."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    line = "" if trace is None else f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
    return f"internal error in {where}: {type(error).__name__}{line}; please report it"
