"""The tokens of Nix, exactly as Nix's own lexer cuts them.

The tree comes from tree-sitter; this lexer is for the cases in which that is not enough: it finds the places where the
grammar has known gaps (:mod:`nixlint.syntax.grammar`) and feeds the exact parser that judges broken files
(:mod:`nixlint.syntax.exact_parser`). The facts are those of ``src/libexpr/lexer.l`` in Nix, which cuts tokens without
looking at where the parser stands, while tree-sitter only looks for tokens that fit there.
"""

from __future__ import annotations

import re
from typing import NamedTuple

KEYWORDS = frozenset({"if", "then", "else", "assert", "with", "let", "in", "rec", "inherit", "or"})
"""The names that Nix reserves; ``or`` may still be an attribute name."""


class Token(NamedTuple):
    """A token: its kind and its byte range.

    The kind of a keyword, an operator or a bracket is its text; the others are ``id``, ``int``, ``float``, ``str`` and
    ``ind-str`` (pieces of strings), ``path``, ``path-piece``, ``path-end``, ``spath``, ``uri``, ``end`` and ``bad`` (a
    text that Nix refuses while it cuts tokens). ``"`` opens and closes a string; ``''`` opens an indented one and
    ``''-end`` closes it.
    """

    kind: str
    start: int
    end: int


INT_MAX = 2**63 - 1

_PC = rb"[a-zA-Z0-9._+\-]"
_CODE_TOKEN = re.compile(
    rb"(?P<blank>[ \t\r\n]+|#[^\r\n]*)"
    rb"|(?P<id>[a-zA-Z_][a-zA-Z0-9_'\-]*+)"
    rb"|(?P<float>(?:[1-9][0-9]*\.[0-9]*|0?\.[0-9]+)(?:[Ee][+-]?[0-9]+)?)"
    rb"|(?P<int>[0-9]+)"
    rb"|(?P<spath><" + _PC + rb"++(?:/" + _PC + rb"++)*+>)"
    rb"|(?P<path>~(?:/" + _PC + rb"++)++/?)"
    rb"|(?P<interpolated_path>~/(?=\$\{))"
    rb"|(?P<fixed>\.\.\.|\$\{|''|/\*|==|!=|<=|>=|&&|\|\||->|//|\+\+|\|>|<\|)"
    rb"|(?P<other>[\s\S])"
)
_PATH_CHARACTERS = re.compile(_PC + rb"*+")
_PATH_OR_START = re.compile(
    rb"(?P<path>" + _PC + rb"*+(?:/" + _PC + rb"++)++/?)|(?P<interpolated_path>" + _PC + rb"*+/(?=\$\{))"
)
_URI = re.compile(rb"(?P<uri>[a-zA-Z][a-zA-Z0-9+\-.]*+:[a-zA-Z0-9%/?:@&=+$,\-_.!~*']++)")
_LETTER = re.compile(rb"[a-zA-Z]")
_GOES_ON_AS_PATH = re.compile(rb"/(?:" + _PC + rb"|\$\{)")
_GOES_ON_AS_URI = re.compile(rb":[a-zA-Z0-9%/?:@&=+$,\-_.!~*']")
INDENTED_OPENING_BLANK = re.compile(rb" *\n")
_STRING_PIECE = re.compile(rb"(?:[^$\"\\]|\$[^{\"\\]|\\[\s\S]|\$\\[\s\S])*+(?:\$(?=\"))?")
INDENTED_PIECE = re.compile(rb"(?:[^$']|\$[^{']|'[^'$])++|''\$|''\\[\s\S]|'''|\$(?!\{)|'(?!')")
_PATH_PIECE = re.compile(rb"(?:" + _PC + rb"|/(?=" + _PC + rb"))++/?|/")

_CODE, _BOTTOM, _STRING, _INDENTED, _PATH, _PATH_SLASH = range(6)


def tokens(data: bytes) -> list[Token]:  # noqa: C901 - a branch for each kind of token
    """All tokens of a text, without blanks and comments; the last is ``end``."""
    out: list[Token] = []
    states = [_BOTTOM]
    at = 0
    size = len(data)
    comments_end = True
    lengths = _Lengths(data)
    while True:
        state = states[-1]
        if state <= _BOTTOM:
            match = (lengths.path_or_uri(at) if at >= lengths.nothing_before else None) or _CODE_TOKEN.match(data, at)
            if match is None:
                out.append(Token("end", size, size))
                return out
            group = match.lastgroup
            start, at = at, match.end()
            if group == "blank":
                continue
            if group == "id":
                text = data[start:at]
                name = text.decode("ascii")
                out.append(Token(name if name in KEYWORDS else "id", start, at))
            elif group == "fixed":
                kind = match.group().decode("ascii")
                if kind == "/*":
                    close = data.find(b"*/", at) if comments_end else -1
                    if close >= 0:
                        at = close + 2
                        continue
                    comments_end = False
                    out.append(Token("/", start, start + 1))
                    at = start + 1
                    continue
                if kind == "''":
                    states.append(_INDENTED)
                    blank = INDENTED_OPENING_BLANK.match(data, at)
                    if blank is not None:
                        at = blank.end()
                elif kind == "${":
                    states.append(_CODE)
                out.append(Token(kind, start, at))
            elif group == "other":
                byte = data[start]
                if byte >= 0x80 or byte == 0:
                    out.append(Token("bad", start, at))
                    continue
                kind = chr(byte)
                if kind == "{":
                    states.append(_CODE)
                elif kind == "}":
                    if state == _CODE:
                        states.pop()
                elif kind == '"':
                    states.append(_STRING)
                out.append(Token(kind, start, at))
            elif group == "path":
                states.append(_PATH_SLASH if data[at - 1] == 0x2F else _PATH)
                out.append(Token("path", start, at))
            elif group == "interpolated_path":
                states.append(_PATH_SLASH)
                out.append(Token("path", start, at))
            elif group == "int":
                fits = at - start <= 18 or int(data[start:at].lstrip(b"0")[:20] or b"0") <= INT_MAX
                out.append(Token("int" if fits else "bad", start, at))
            elif group == "float":
                out.append(Token("float" if float_fits(data[start:at]) else "bad", start, at))
            else:
                assert group is not None
                out.append(Token(group, start, at))
        elif state == _STRING:
            match = _STRING_PIECE.match(data, at)
            assert match is not None
            if match.end() > at:
                out.append(Token("str", at, match.end()))
                at = match.end()
            if data.startswith(b"${", at):
                out.append(Token("${", at, at + 2))
                states.append(_CODE)
                at += 2
            elif at < size and data[at] == 0x22:
                out.append(Token('"', at, at + 1))
                states.pop()
                at += 1
            else:  # only at the end of the text, perhaps after a lone `$` or `\`
                out.append(Token("end", size, size))
                return out
        elif state == _INDENTED:
            match = INDENTED_PIECE.match(data, at)
            if match is not None:
                out.append(Token("ind-str", at, match.end()))
                at = match.end()
            elif data.startswith(b"${", at):
                out.append(Token("${", at, at + 2))
                states.append(_CODE)
                at += 2
            elif data.startswith(b"''", at):
                out.append(Token("''-end", at, at + 2))
                states.pop()
                at += 2
            else:
                out.append(Token("end", size, size))
                return out
        elif data.startswith(b"${", at):
            states[-1] = _PATH
            states.append(_CODE)
            out.append(Token("${", at, at + 2))
            at += 2
        else:
            match = _PATH_PIECE.match(data, at)
            if match is not None:
                out.append(Token("path-piece", at, match.end()))
                at = match.end()
                states[-1] = _PATH_SLASH if data[at - 1] == 0x2F else _PATH
            elif state == _PATH_SLASH:
                out.append(Token("bad", at - 1, at))
                states.pop()
            else:
                out.append(Token("path-end", at, at))
                states.pop()


class _Lengths:
    """Finds the tokens whose kind is known only at the end of a run of characters: paths and URLs.

    ``a.b.c.d`` is a path if a slash and a name follow, and a URL if a colon does. The end of a run is looked for once,
    not at each of its tokens, or a run of dots and names would cost the square of its length.
    """

    __slots__ = ("_data", "_run_end", "_underscore", "nothing_before")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._run_end = -1
        self._underscore = -1
        self.nothing_before = 0
        """No path and no URL starts before this offset."""

    def path_or_uri(self, at: int) -> re.Match[bytes] | None:
        """The path or the URL that starts here."""
        data = self._data
        end = self._run_end
        if at > end:
            run = _PATH_CHARACTERS.match(data, at)
            assert run is not None
            self._run_end = end = run.end()
            self._underscore = -2
        if _GOES_ON_AS_PATH.match(data, end) is not None:
            return _PATH_OR_START.match(data, at)
        if end > at and _GOES_ON_AS_URI.match(data, end) is not None:
            if self._underscore == -2:
                self._underscore = data.rfind(b"_", at, end)
            letter = _LETTER.search(data, max(at, self._underscore + 1), end)
            if letter is not None and letter.start() == at:
                return _URI.match(data, at)
            self.nothing_before = end if letter is None else letter.start()
            return None
        self.nothing_before = end
        return None


def float_fits(text: bytes) -> bool:
    """Whether Nix takes a floating point literal: neither too large nor so small that it loses precision."""
    value = float(text)
    if value == float("inf"):
        return False
    if value >= 2.2250738585072014e-308:
        return True
    digits = text.lower().split(b"e")[0]
    if not digits.strip(b"0."):
        return True
    if value == 0.0:
        return False
    from fractions import Fraction

    return Fraction(text.decode("ascii")) == Fraction(value)
