"""What string literals mean, and how a text is written as one, exactly as Nix does it.

The facts are those of ``unescapeStr`` in ``src/libexpr/lexer.l`` and ``stripIndentation`` in ``src/libexpr/parser.y``.
Text is decoded as UTF-8 with undecodable bytes as surrogates, so it survives a round trip.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias, TypeVar

from .lexer import INDENTED_OPENING_BLANK, INDENTED_PIECE, KEYWORDS
from .source_file import SourceFile
from .span import Span
from .views import AttrName, HomePath, Interpolation, Parenthesized, Path, String, Uri, strings_at

Part: TypeAlias = str | Interpolation
"""A piece of a literal: text, or something interpolated."""

_T = TypeVar("_T")


class MappedPiece(NamedTuple):
    """A piece of what a literal means, and where in the file it is written.

    ``text`` is that of the piece, and empty for an interpolation. A verbatim piece is written as it reads, byte for byte;
    any other is an escape or a line ending that Nix replaces.
    """

    text: bytes
    start: int
    end: int
    is_verbatim: bool
    interpolation: Interpolation | None = None


def decode(literal: String) -> tuple[Part, ...]:
    """The parts of a string literal as Nix reads it; pieces of text are joined, and never empty."""
    data = literal.file.data
    if not literal.indented:
        raw = _pieces(data, literal.node.start_byte + 1, literal.node.end_byte - 1, literal.interpolations)
        return _joined(unescape(piece) if isinstance(piece, bytes) else piece for piece in raw)
    return _joined(strip_indentation(_tokens_of(literal)))


def mapped_pieces(literal: String) -> tuple[MappedPiece, ...]:
    """The same as :func:`decode`, with the place of each piece: what was dropped as indentation is in none of them."""
    return tuple(_mapped_indented(literal) if literal.indented else _mapped_plain(literal))


def static_text(literal: String) -> str | None:
    """The text of a string literal; ``None`` when something is interpolated in it."""
    parts = decode(literal)
    if not parts:
        return ""
    return parts[0] if len(parts) == 1 and isinstance(parts[0], str) else None


def text_at(file: SourceFile, span: Span) -> str | None:
    """The text of the string literal that covers exactly this span; ``None`` where it has interpolations, or is none."""
    opening = 2 if file.data[span.start : span.start + 1] == b"'" else 1
    literal = next((each for each in strings_at(file, [span.start + opening]) if each.span == span), None)
    return None if literal is None else static_text(literal)


def encode(text: str) -> str:
    """A ``"…"`` literal that means the text."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("${", "\\${")
    return '"' + escaped.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + '"'


def encode_indented(text: str, indent: str) -> str:
    """A ``''…''`` literal that means the text, to be put on a line that is indented by ``indent``.

    The text stands two spaces deeper. Nix takes only spaces for indentation, so a tab in ``indent`` counts as two.
    """
    if not text:
        return "''''"
    outer = indent.replace("\t", "  ")
    inner = outer + "  "
    lines = text.split("\n")
    ends_line = lines[-1] == "" and len(lines) > 1
    body = lines[:-1] if ends_line else lines
    anchored = any(body) and all(line.startswith(" ") for line in body if line)
    out: list[str] = []
    for index, line in enumerate(body):
        is_last_unended = index == len(body) - 1 and not ends_line
        if not line:
            out.append("")
        elif anchored or (is_last_unended and not line.strip(" ")):
            # An escaped space ends the indentation, so that the deeper one of every line is kept; it also keeps a last
            # line of nothing but spaces, which Nix would drop.
            out.append(inner + "''\\ " + _escape_indented(line[1:], is_last_unended))
            anchored = False
        else:
            out.append(inner + _escape_indented(line, is_last_unended))
    return "''\n" + "\n".join(out) + ("\n" + outer if ends_line else "") + "''"


def static_name(name: AttrName) -> str | None:
    """The name of an attribute when it is fixed: an identifier, a plain string, or a plain string in ``${…}``."""
    if name.identifier is not None:
        return name.identifier
    literal = name.string
    if literal is not None:
        return static_text(literal)
    interpolation = name.interpolation
    if interpolation is None:
        return None
    expression = interpolation.expression
    while isinstance(expression, Parenthesized):
        expression = expression.inner
    if isinstance(expression, Uri):
        return expression.text
    return static_text(expression) if isinstance(expression, String) else None


def attr_name_literal(name: str) -> str:
    """The name of an attribute as it is written: bare where it can be, else quoted."""
    return name if _IDENTIFIER.fullmatch(name) and name not in KEYWORDS else encode(name)


def path_parts(path: Path | HomePath) -> tuple[Part, ...]:
    """The parts of a path literal as written; nothing in a path is escaped."""
    interpolations = [
        Interpolation(child, path.file) for child in path.node.named_children if child.type == "interpolation"
    ]
    raw = _pieces(path.file.data, path.node.start_byte, path.node.end_byte, interpolations)
    return _joined(raw)


class IndentedToken:
    """A piece of an indented string as Nix's lexer cuts it: plain text, or an escape, which ends an indentation."""

    __slots__ = ("end", "plain", "start", "text")

    def __init__(self, text: bytes, plain: bool, start: int, end: int) -> None:
        self.text = text
        self.plain = plain
        self.start = start
        """Where it is written, as :func:`indented_tokens` was told."""
        self.end = end


def unescape(raw: bytes) -> bytes:
    """The text of a piece of a ``"…"`` literal: escapes replaced, line endings made line feeds."""
    if b"\\" not in raw and b"\r" not in raw:
        return raw
    return _ESCAPE.sub(_unescaped, raw)


def indented_tokens(raw: bytes, offset: int = 0) -> list[IndentedToken]:
    """The tokens of a piece of a ``''…''`` literal without interpolations, which is written at ``offset``."""
    if b"'" not in raw and b"$" not in raw:
        return [IndentedToken(raw, True, offset, offset + len(raw))] if raw else []
    out: list[IndentedToken] = []
    for match in INDENTED_PIECE.finditer(raw):
        text = match.group()
        start, end = offset + match.start(), offset + match.end()
        if text.startswith(b"''"):
            meant = b"''" if text == b"'''" else b"$" if text == b"''$" else unescape(text[2:])
            out.append(IndentedToken(meant, False, start, end))
        else:
            out.append(IndentedToken(text, text not in (b"$", b"'"), start, end))
    return out


def strip_indentation(tokens: Sequence[IndentedToken | _T]) -> list[bytes | _T]:
    """What an indented string means: its tokens without the indentation that all its lines share."""
    out: list[bytes | _T] = []
    for token, kept in _with_kept_spans(tokens):
        if isinstance(token, IndentedToken):
            out.append(b"".join(token.text[span[0] : span[1]] for span in kept))
        else:
            out.append(token)
    return out


def _with_kept_spans(
    tokens: Sequence[IndentedToken | _T],
) -> Iterator[tuple[IndentedToken | _T, list[tuple[int, int]]]]:
    """Each token with the spans of its text that stay when the indentation is dropped; an interpolation has none."""
    indent = _shared_indentation(tokens)
    at_line_start = True
    dropped = 0
    for index, token in enumerate(tokens):
        if not isinstance(token, IndentedToken):
            at_line_start = False
            dropped = 0
            yield token, []
            continue
        kept: list[tuple[int, int]] = []
        lines = token.text.split(b"\n")
        is_last = index == len(tokens) - 1
        start = 0
        for number, line in enumerate(lines):
            if number:
                at_line_start = True
                dropped = 0
            drop = 0
            if at_line_start:
                stripped = line.lstrip(b" ")
                spaces = len(line) - len(stripped)
                drop = min(spaces, max(0, indent - dropped))
                dropped += spaces
                if stripped:
                    at_line_start = False
                    dropped = 0
            ends = start + len(line)
            if is_last and number and number == len(lines) - 1 and not line.strip(b" "):
                continue
            kept.append((start + drop, ends + (number < len(lines) - 1)))
            start = ends + 1
        yield token, kept


def _shared_indentation(tokens: Sequence[IndentedToken | object]) -> int:
    smallest = 1_000_000
    at_line_start = True
    current = 0
    for token in tokens:
        if not isinstance(token, IndentedToken) or not token.plain:
            if at_line_start:
                at_line_start = False
                smallest = min(smallest, current)
            continue
        for number, line in enumerate(token.text.split(b"\n")):
            if number:
                at_line_start = True
                current = 0
            if at_line_start:
                stripped = line.lstrip(b" ")
                current += len(line) - len(stripped)
                if stripped:
                    at_line_start = False
                    smallest = min(smallest, current)
    return smallest


_IDENTIFIER = re.compile(r"[a-zA-Z_][a-zA-Z0-9_'\-]*")
_ESCAPE = re.compile(rb"\\([\s\S])|\r\n?")
_ESCAPED_CONTROL = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}


def _unescaped(match: re.Match[bytes]) -> bytes:
    escaped: bytes | None = match.group(1)
    return b"\n" if escaped is None else _ESCAPED_CONTROL.get(escaped, escaped)


def _pieces(data: bytes, start: int, end: int, interpolations: Iterable[Interpolation]) -> list[bytes | Interpolation]:
    out: list[bytes | Interpolation] = []
    for interpolation in interpolations:
        out.append(data[start : interpolation.node.start_byte])
        out.append(interpolation)
        start = interpolation.node.end_byte
    out.append(data[start:end])
    return out


def _tokens_of(literal: String) -> list[IndentedToken | Interpolation]:
    data = literal.file.data
    start, end = literal.node.start_byte + 2, literal.node.end_byte - 2
    blank = INDENTED_OPENING_BLANK.match(data, start, max(start, end))
    tokens: list[IndentedToken | Interpolation] = []
    at = blank.end() if blank else start
    for piece in _pieces(data, at, end, literal.interpolations):
        if isinstance(piece, bytes):
            tokens.extend(indented_tokens(piece, at))
            at += len(piece)
        else:
            tokens.append(piece)
            at = piece.node.end_byte
    return tokens


def _mapped_indented(literal: String) -> Iterator[MappedPiece]:
    for token, kept in _with_kept_spans(_tokens_of(literal)):
        if isinstance(token, Interpolation):
            yield _mapped_interpolation(token)
        elif token.plain or len(token.text) == token.end - token.start:
            for start, end in kept:
                if start < end:
                    yield MappedPiece(token.text[start:end], token.start + start, token.start + end, True)
        else:
            yield MappedPiece(token.text, token.start, token.end, False)


def _mapped_plain(literal: String) -> Iterator[MappedPiece]:
    at = literal.node.start_byte + 1
    for piece in _pieces(literal.file.data, at, literal.node.end_byte - 1, literal.interpolations):
        if not isinstance(piece, bytes):
            yield _mapped_interpolation(piece)
            at = piece.node.end_byte
            continue
        done = 0
        for match in _ESCAPE.finditer(piece):
            if done < match.start():
                yield MappedPiece(piece[done : match.start()], at + done, at + match.start(), True)
            done = match.end()
            yield MappedPiece(_unescaped(match), at + match.start(), at + done, False)
        if done < len(piece):
            yield MappedPiece(piece[done:], at + done, at + len(piece), True)
        at += len(piece)


def _mapped_interpolation(interpolation: Interpolation) -> MappedPiece:
    return MappedPiece(b"", interpolation.node.start_byte, interpolation.node.end_byte, False, interpolation)


def _joined(parts: Iterable[bytes | Interpolation]) -> tuple[Part, ...]:
    out: list[Part] = []
    text = b""
    for part in parts:
        if isinstance(part, bytes):
            text += part
            continue
        if text:
            out.append(text.decode("utf-8", "surrogateescape"))
            text = b""
        out.append(part)
    if text:
        out.append(text.decode("utf-8", "surrogateescape"))
    return tuple(out)


def _escape_indented(line: str, ends_text: bool) -> str:
    """One line for an indented string; ``ends_text`` when the closing ``''`` follows at once."""
    pieces: list[str] = []
    at = 0
    while at < len(line):
        if line.startswith("''", at):
            pieces.append("'''")
            at += 2
        elif line.startswith("${", at):
            pieces.append("''${")
            at += 2
        elif line[at] == "\r":
            pieces.append("''\\r")
            at += 1
        else:
            pieces.append(line[at])
            at += 1
    for index, piece in enumerate(pieces):
        if piece == "'":
            following = pieces[index + 1] if index + 1 < len(pieces) else "''" if ends_text else ""
            if following.startswith("'"):
                pieces[index] = "''\\'"
    return "".join(pieces)
