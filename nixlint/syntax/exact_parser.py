"""A parser that accepts exactly what Nix accepts, and says what is wrong with anything else.

It builds no tree. It judges the files that tree-sitter finds fault with, and those that hold something of which the
grammar is known to be unsure, so it may be slow; the others are judged on the tree (:mod:`nixlint.syntax.problems`).
The facts are those of ``src/libexpr/parser.y``, and of its current version for pipes. The productions of the grammar
are generators that wait for each other on a stack of our own, so that no nesting is too deep.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, NoReturn, TypeAlias, TypeVar

from .bound_names import BoundNames, Duplicate
from .lexer import KEYWORDS, Token, tokens
from .problem import Problem, ProblemKind
from .span import LineIndex, Span
from .string_literal import indented_tokens, strip_indentation, unescape

Value: TypeAlias = BoundNames | bytes | None
"""What the parser must know of an expression: the names of a set literal, or the text of a plain string."""

_T = TypeVar("_T")
_Production: TypeAlias = Generator[Any, Any, _T]
_Names: TypeAlias = list[bytes | None]

_NEGATE, _QUESTION, _NOT, _COMPARE, _EQUAL, _PIPE = 12, 11, 7, 5, 4, 0
_BINARY: dict[str, tuple[int, str]] = {
    "->": (1, "right"),
    "||": (2, "left"),
    "&&": (3, "left"),
    "==": (_EQUAL, "none"),
    "!=": (_EQUAL, "none"),
    "<": (_COMPARE, "none"),
    ">": (_COMPARE, "none"),
    "<=": (_COMPARE, "none"),
    ">=": (_COMPARE, "none"),
    "//": (6, "right"),
    "+": (8, "left"),
    "-": (8, "left"),
    "*": (9, "left"),
    "/": (9, "left"),
    "++": (10, "right"),
    "<|": (_PIPE, "right"),
    "|>": (_PIPE, "left"),
}
_ATOMS = frozenset({"id", "int", "float", "spath", "uri"})
_NAME_STARTS = frozenset({"id", "or", '"', "${"})


def judge(data: bytes) -> tuple[Problem, ...]:
    """Everything for which Nix refuses a text: the first syntax error, and what is bound twice before it."""
    return _Judge(data).problems()


class _RefusedError(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


class _Judge:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.tokens = tokens(data)
        self.at = 0
        self.open: list[Token] = []
        self.found: list[Problem] = []

    def problems(self) -> tuple[Problem, ...]:
        try:
            _run(self.file())
        except _RefusedError as refused:
            self.found.append(refused.problem)
        return tuple(self.found)

    # What is wrong, and how to say it.

    def refuse(self, expected: str) -> NoReturn:
        """The current token doesn't fit: say why."""
        token = self.tokens[self.at]
        if token.kind == "bad":
            self.refuse_text(token)
        if token.kind == "end":
            self.refuse_end(expected)
        if token.kind == "/" and self.data.startswith(b"/*", token.start):
            self.error(Span(token.start, token.start + 2), "this comment is never closed; it needs a `*/`")
        opener = self.open[-1] if self.open else None
        if token.kind in _CLOSERS and opener is not None and _CLOSER_OF[opener.kind] != token.kind:
            closer = _CLOSER_OF[opener.kind]
            message = f"expected {closer!r} to close the {_shown(opener)} of {self.line(opener)}, found {token.kind!r}"
            self.error(_span(token), message, _span(opener))
        if token.kind in _CLOSERS and opener is None:
            self.error(_span(token), f"{token.kind!r} closes nothing that is open here")
        self.error(_span(token), f"expected {expected}, found {self.describe(token)}")

    def refuse_text(self, token: Token) -> NoReturn:
        text = self.data[token.start : token.end]
        previous = self.tokens[self.at - 1] if self.at else None
        if text == b"/" and previous is not None and previous.kind in ("path", "path-piece", "}"):
            self.error(_span(token), "a path can't end with '/'; remove it, or write the path as a string")
        if text[:1].isdigit() or text.startswith(b"."):
            size = "this number is too large or too small: " + text.decode("ascii")
            range_ = "" if b"." in text else "; integers are below 9223372036854775808"
            self.error(_span(token), size + range_)
        if text == b"\0":
            self.error(_span(token), "unexpected NUL byte")
        if self.data.startswith(b"\xef\xbb\xbf", token.start):
            message = "Nix doesn't accept a byte order mark; save the file as UTF-8 without BOM"
            self.error(Span(token.start, token.start + 3), message)
        end = token.end
        while end < len(self.data) and 0x80 <= self.data[end] < 0xC0:
            end += 1
        character = self.data[token.start : end].decode("utf-8", "backslashreplace")
        code = f" (U+{ord(character):04X})" if len(character) == 1 else ""
        shown = character if character.isprintable() else ascii(character)[1:-1]
        message = f"unexpected character '{shown}'{code}; Nix knows it only in strings and comments"
        self.error(Span(token.start, end), message)

    def refuse_end(self, expected: str) -> NoReturn:
        end = len(self.data)
        if self.open:
            opener = self.open[-1]
            if opener.kind in ('"', "''"):
                self.error(_span(opener), f"this string is never closed; it needs a {_shown(opener)} at its end")
            message = f"expected {_CLOSER_OF[opener.kind]!r} to close the {_shown(opener)} of {self.line(opener)}"
            self.error(Span(end, end), message + ", found the end of the file", _span(opener))
        self.error(Span(end, end), f"expected {expected}, found the end of the file")

    def refuse_missing_semicolon(self, equals: int, what: str) -> NoReturn:
        """A value is over, but no ``;`` follows: it belongs after the last token that is surely part of the value."""
        token = self.tokens[self.at]
        last = self.at - 1
        if token.kind == "=":
            start = self.name_path_before(self.at)
            if start - 1 <= equals:
                self.refuse("';'")
            last = start - 1
        elif (
            token.kind in ("end", "bad")
            or (token.kind == "/" and self.data.startswith(b"/*", token.start))
            or (token.kind in _CLOSERS and (not self.open or _CLOSER_OF[self.open[-1].kind] != token.kind))
        ):
            self.refuse(f"';' after {what}")
        elif token.kind not in ("}", "in", "inherit"):
            self.refuse(f"an operator, an argument or ';' after {what}")
        place = self.tokens[last]
        while place.kind == "path-end":
            last -= 1
            place = self.tokens[last]
        self.error(Span(place.end - 1, place.end), f"expected ';' after {what}", _span(token))

    def name_path_before(self, index: int) -> int:
        """The index of the first token of the attribute path that ends just before the token ``index``."""
        start = index
        while True:
            name = start - 1
            if self.tokens[name].kind == '"':
                name -= 2 if self.tokens[name - 1].kind == "str" else 1
                if self.tokens[name].kind != '"':
                    return start
            elif self.tokens[name].kind not in ("id", "or"):
                return start
            start = name
            if self.tokens[start - 1].kind != ".":
                return start
            start -= 1

    def error(self, span: Span, message: str, related: Span | None = None) -> NoReturn:
        raise _RefusedError(Problem(ProblemKind.SYNTAX_ERROR, span, message, related))

    def describe(self, token: Token) -> str:
        if token.kind in KEYWORDS:
            return f"the keyword '{token.kind}'"
        if token.kind in _DESCRIPTIONS:
            text = self.data[token.start : token.end].decode("utf-8", "replace")
            return f"{_DESCRIPTIONS[token.kind]} {text if len(text) <= 40 else text[:37] + '...'}".rstrip()
        return _shown(token)

    def line(self, token: Token) -> str:
        return f"line {LineIndex(self.data).position(token.start).line}"

    def report(self, duplicate: Duplicate | None) -> None:
        if duplicate is not None:
            self.found.append(duplicate_attribute(duplicate, LineIndex(self.data)))

    # The grammar, from the top.

    def expect(self, kind: str, expected: str) -> Token:
        token = self.tokens[self.at]
        if token.kind != kind:
            self.refuse(expected)
        self.at += 1
        return token

    def close(self, kind: str, expected: str) -> None:
        self.expect(kind, expected)
        self.open.pop()

    def file(self) -> _Production[None]:
        yield self.expression()
        if self.tokens[self.at].kind != "end":
            self.refuse("an operator, an argument or the end of the file")

    def expression(self) -> _Production[Value]:
        alone = True
        while True:
            token = self.tokens[self.at]
            kind = token.kind
            following = self.tokens[self.at + 1].kind if kind != "end" else "end"
            if kind == "id" and following == ":":
                self.at += 2
            elif kind == "id" and following == "@":
                self.at += 2
                if self.tokens[self.at].kind != "{":
                    self.refuse("'{' after '@'")
                yield self.formals(token)
                self.expect(":", "':' after the function's argument")
            elif kind == "{" and self.at_formals():
                yield self.formals(None)
                self.expect(":", "':' after the function's argument")
            elif kind in ("assert", "with"):
                self.at += 1
                start = self.at
                yield self.expression()
                if self.tokens[self.at].kind != ";":
                    self.refuse_missing_semicolon(start, f"what is given to '{kind}'")
                self.at += 1
            elif kind == "let" and following != "{":
                self.at += 1
                names = yield self.bindings()
                self.expect("in", "an attribute, 'inherit' or 'in'")
                self.check_let(names)
            elif kind == "if":
                self.at += 1
                yield self.expression()
                self.expect("then", "an operator, an argument or 'then'")
                yield self.expression()
                self.expect("else", "an operator, an argument or 'else'")
            else:
                value: Value = yield self.operation()
                return value if alone else None
            alone = False

    def check_let(self, names: BoundNames) -> None:
        if names.dynamic is not None:
            message = "a name that Nix must compute can't be bound by `let`; bind it in an attribute set"
            self.found.append(Problem(ProblemKind.SYNTAX_ERROR, names.dynamic, message))

    def at_formals(self) -> bool:
        """Whether the ``{`` here opens the formals of a function, and not an attribute set."""
        first = self.tokens[self.at + 1].kind
        if first in ("...", "end"):
            return first == "..."
        second = self.tokens[self.at + 2].kind
        return second in (":", "@") if first == "}" else first == "id" and second in (",", "?", "}")

    def formals(self, argument: Token | None) -> _Production[None]:
        self.open.append(self.tokens[self.at])
        self.at += 1
        seen: dict[bytes, Token] = {}
        while True:
            token = self.tokens[self.at]
            if token.kind == "...":
                self.at += 1
                break
            if token.kind == "}":
                break
            if token.kind != "id":
                self.refuse("a name, '...' or '}'")
            self.at += 1
            name = self.data[token.start : token.end]
            first = seen.setdefault(name, token)
            if first is not token:
                self.found.append(duplicate_formal(name, _span(token), _span(first)))
            if self.tokens[self.at].kind == "?":
                self.at += 1
                yield self.expression()
            if self.tokens[self.at].kind == "}":
                break
            self.expect(",", "',' or '}' after this argument")
        self.close("}", "'}' after '...'")
        if argument is None and self.tokens[self.at].kind == "@":
            self.at += 1
            argument = self.expect("id", "a name after '@'")
        if argument is not None:
            name = self.data[argument.start : argument.end]
            if name in seen:
                first, second = sorted((argument, seen[name]), key=lambda token: token.start)
                self.found.append(duplicate_formal(name, _span(second), _span(first)))

    def operation(self) -> _Production[Value]:
        pending: list[tuple[int, str]] = []
        alone = True
        while True:
            kind = self.tokens[self.at].kind
            while kind in ("!", "-"):
                pending.append((_NOT if kind == "!" else _NEGATE, kind))
                alone = False
                self.at += 1
                kind = self.tokens[self.at].kind
            value: Value = yield self.application(True)
            while self.tokens[self.at].kind == "?":
                self.at += 1
                alone = False
                yield self.attribute_path()
            token = self.tokens[self.at]
            operator = _BINARY.get(token.kind)
            if operator is None:
                return value if alone else None
            precedence, grouping = operator
            while pending and pending[-1][0] > precedence:
                pending.pop()
            if pending and pending[-1][0] == precedence:
                before = pending[-1][1]
                if grouping == "none":
                    message = (
                        f"{before!r} and {token.kind!r} can't be chained; put one of the comparisons in parentheses"
                    )
                    self.error(_span(token), message)
                if precedence == _PIPE and before != token.kind:
                    self.error(_span(token), "'|>' and '<|' can't be mixed; put one of the two in parentheses")
                if grouping == "left":
                    pending.pop()
            pending.append((precedence, token.kind))
            alone = False
            self.at += 1

    def application(self, needed: bool) -> _Production[Value]:
        """One operand with its arguments, or the elements of a list, which may be none (``needed`` is false then)."""
        count = 0
        value: Value = None
        expected = "an expression"
        while True:
            token = self.tokens[self.at]
            kind = token.kind
            if kind in _ATOMS:
                self.at += 1
                value = self.data[token.start : token.end] if kind == "uri" else None
            elif kind == '"':
                value = yield self.string()
            elif kind == "''":
                value = yield self.indented_string()
            elif kind == "path":
                yield self.path()
                value = None
            elif kind == "(":
                self.open.append(token)
                self.at += 1
                value = yield self.expression()
                self.close(")", "an operator, an argument or ')'")
            elif kind == "[":
                self.open.append(token)
                self.at += 1
                yield self.application(False)
                self.close("]", "an element or ']'")
                value = None
            elif kind == "{":
                value = yield self.braces()
            elif kind in ("rec", "let"):
                self.at += 1
                if self.tokens[self.at].kind != "{":
                    self.refuse(
                        "'{' after 'rec'"
                        if kind == "rec"
                        else "'{' after 'let' (a `let … in …` needs parentheses here)"
                    )
                value = yield self.braces()
                if kind == "let":
                    value = None
            elif needed:
                self.refuse(expected)
            else:
                return value if count == 1 else None
            count += 1
            needed = False
            following = self.tokens[self.at].kind
            if following == ".":
                self.at += 1
                yield self.attribute_path()
                value = None
                if self.tokens[self.at].kind == "or":
                    self.at += 1
                    needed = True
                    expected = "a default after 'or'"
            elif following == "or":
                # Nix takes the `or` of `map or [ ]` for a name.
                self.at += 1
                value = None

    def string(self) -> _Production[Value]:
        self.open.append(self.tokens[self.at])
        self.at += 1
        token = self.tokens[self.at]
        static: bytes | None = b""
        if token.kind == "str":
            static = unescape(self.data[token.start : token.end])
            self.at += 1
        while self.tokens[self.at].kind != '"':
            static = None
            if self.tokens[self.at].kind == "str":
                self.at += 1
            else:
                yield self.interpolation()
        self.close('"', "the end of the string")
        return static

    def indented_string(self) -> _Production[Value]:
        self.open.append(self.tokens[self.at])
        self.at += 1
        start = self.at
        while self.tokens[self.at].kind != "''-end":
            if self.tokens[self.at].kind == "ind-str":
                self.at += 1
            else:
                yield self.interpolation()
        pieces = self.tokens[start : self.at]
        self.close("''-end", "the end of the string")
        if len(pieces) > 1:
            return None  # for Nix a sum of strings, even without an interpolation
        text = b"".join(self.data[piece.start : piece.end] for piece in pieces)
        return b"".join(strip_indentation(indented_tokens(text)))

    def interpolation(self) -> _Production[Value]:
        token = self.expect("${", "'${'")
        self.open.append(token)
        value: Value = yield self.expression()
        self.close("}", "an operator, an argument or '}'")
        return value

    def path(self) -> _Production[None]:
        self.at += 1
        if self.tokens[self.at].kind == "path-end":
            self.at += 1
            return
        if self.tokens[self.at].kind == "path-piece" and self.tokens[self.at + 1].kind not in ("${", "bad"):
            message = "a path can't have '//' in it, unless something is interpolated after it"
            self.error(_span(self.tokens[self.at]), message)
        while self.tokens[self.at].kind != "path-end":
            if self.tokens[self.at].kind == "path-piece":
                self.at += 1
            else:
                yield self.interpolation()
        self.at += 1

    def braces(self) -> _Production[BoundNames]:
        self.open.append(self.tokens[self.at])
        self.at += 1
        names: BoundNames = yield self.bindings()
        self.close("}", "an attribute, 'inherit' or '}'")
        return names

    def bindings(self) -> _Production[BoundNames]:
        names = BoundNames()
        while True:
            kind = self.tokens[self.at].kind
            if kind in _NAME_STARTS:
                path, place = yield self.attribute_path()
                equals = self.at
                if self.tokens[equals].kind != "=":
                    self.refuse("'.' or '=' after this attribute name")
                self.at += 1
                value: Value = yield self.expression()
                if self.tokens[self.at].kind != ";":
                    self.refuse_missing_semicolon(equals, "this binding")
                self.at += 1
                self.report(names.define(path, place, value if isinstance(value, BoundNames) else None))
            elif kind == "inherit":
                yield self.inherit(names)
            else:
                return names

    def inherit(self, names: BoundNames) -> _Production[None]:
        self.at += 1
        start = self.at
        token = self.tokens[self.at]
        if token.kind == "(":
            self.open.append(token)
            self.at += 1
            yield self.expression()
            self.close(")", "an operator, an argument or ')'")
        inherited: list[tuple[bytes, Span]] = []
        while self.tokens[self.at].kind in _NAME_STARTS:
            name, place = yield self.attribute_name()
            if name is None:
                self.error(place, "a name that Nix must compute can't be inherited; write it out")
            inherited.append((name, place))
        if self.tokens[self.at].kind != ";":
            if self.tokens[self.at].kind in ("=", "}", "in", "inherit"):
                self.refuse_missing_semicolon(start - 1, "the names to inherit")
            self.refuse("a name to inherit or ';'")
        self.at += 1
        for name, place in inherited:
            self.report(names.inherit(name, place))

    def attribute_path(self) -> _Production[tuple[_Names, Span]]:
        names: _Names = []
        start = self.tokens[self.at].start
        while True:
            name, place = yield self.attribute_name()
            names.append(name)
            if self.tokens[self.at].kind != ".":
                return names, Span(start, place.end)
            self.at += 1

    def attribute_name(self) -> _Production[tuple[bytes | None, Span]]:
        token = self.tokens[self.at]
        value: Value
        if token.kind in ("id", "or"):
            self.at += 1
            return self.data[token.start : token.end], _span(token)
        if token.kind == '"':
            value = yield self.string()
        elif token.kind == "${":
            value = yield self.interpolation()
        elif token.kind in KEYWORDS:
            self.refuse("the name of an attribute (a keyword must be quoted)")
        else:
            self.refuse("the name of an attribute")
        return value if isinstance(value, bytes) else None, Span(token.start, self.tokens[self.at - 1].end)


def duplicate_attribute(duplicate: Duplicate, lines: LineIndex) -> Problem:
    """The problem that an attribute is bound twice."""
    line = lines.position(duplicate.first.start).line
    since = duplicate.is_merged_since
    if since is not None:
        message = (
            f"attribute '{duplicate.name}' is already defined on line {line}: Nix merges the two only since {since}"
        )
    elif duplicate.name == duplicate.written:
        message = f"attribute '{duplicate.name}' is already defined on line {line}"
    else:
        message = (
            f"attribute '{duplicate.written}' can't be defined here: '{duplicate.name}' is already defined "
            f"on line {line}, and not as a set to which Nix can add"
        )
    return Problem(ProblemKind.DUPLICATE_ATTRIBUTE, duplicate.place, message, duplicate.first, since)


def duplicate_formal(name: bytes, place: Span, first: Span) -> Problem:
    """The problem that a function has two arguments of one name."""
    message = f"the function already has an argument named '{name.decode('ascii')}'"
    return Problem(ProblemKind.DUPLICATE_FORMAL, place, message, first)


def _run(production: _Production[None]) -> None:
    waiting: list[_Production[Any]] = [production]
    value: Any = None
    while waiting:
        try:
            called = waiting[-1].send(value)
        except StopIteration as finished:
            waiting.pop()
            value = finished.value
        else:
            waiting.append(called)
            value = None


def _span(token: Token) -> Span:
    return Span(token.start, token.end)


def _shown(token: Token) -> str:
    return "'\"'" if token.kind == '"' else "\"''\"" if token.kind in ("''", "''-end") else f"'{token.kind}'"


_CLOSER_OF = {"(": ")", "[": "]", "{": "}", "${": "}", '"': '"', "''": "''-end"}
_CLOSERS = frozenset({")", "]", "}"})
_DESCRIPTIONS = {
    "id": "the name",
    "int": "the number",
    "float": "the number",
    "path": "the path",
    "path-piece": "the path",
    "path-end": "the end of a path",
    "spath": "the path",
    "uri": "the URL",
    "str": "the text",
    "ind-str": "the text",
    "bad": "the text",
}
