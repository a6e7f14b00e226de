"""The change of a file as a unified diff, without secrets.

A diff is made to be applied, so no line of it can be masked. Where a secret stands among the lines around a change, fewer
of these are shown; where it stands on a line that changes, there is no way but to mask it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nixlint.linting.fixes.applying import FixedFile
from nixlint.syntax.span import Span

from .source_frame import SourceText, masked_line

_CONTEXT = 3


def diff(file: FixedFile, shown: str, secrets_before: Iterable[Span] = (), secrets_after: Iterable[Span] = ()) -> str:
    """The change of a file; ``shown`` is its name, and the secrets that were found are spans of its two texts."""
    old, new = (
        SourceText.of(file.path, text, secrets)
        for text, secrets in ((file.before, secrets_before), (file.after, secrets_after))
    )
    hidden = _hidden_lines(old) | _hidden_lines(new)
    lines: Sequence[str] = ()
    for context in range(_CONTEXT, -1, -1):
        lines = _unified(file, shown, context)
        if not any(line[1:] in hidden for line in lines):
            return "".join(lines)
    return "".join(line[:1] + hidden.get(line[1:], line[1:]) for line in lines)


def _unified(file: FixedFile, shown: str, context: int) -> list[str]:
    from difflib import unified_diff

    before, after = (
        text.decode("utf-8", "surrogateescape").splitlines(keepends=True) for text in (file.before, file.after)
    )
    old = "/dev/null" if file.is_new else f"a/{shown}"
    lines = unified_diff(before, after, old, f"b/{shown}", n=context)
    return [line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines]


def _hidden_lines(source: SourceText) -> dict[str, str]:
    """The lines with secrets, and what may be shown of them."""
    hidden: dict[str, str] = {}
    for secret, _ in source.hidden:
        first, last = (source.lines.position(at).line for at in (secret.start, max(secret.start, secret.end - 1)))
        for number in range(first, last + 1):
            span = source.lines.line_span(number)
            text = source.data[span.start : span.end].decode("utf-8", "surrogateescape")
            hidden[text] = masked_line(source, number) + "\n"
    return hidden
