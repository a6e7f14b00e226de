"""Everything for which Nix refuses a file while it parses it, and nothing else.

Most files have no problem, so the way to that answer is short: a query finds the few kinds of nodes that can hold one,
and a search over the bytes finds what the grammar is known to be unsure of (Nix cuts tokens without looking where the
parser stands; tree-sitter looks for what fits). A file with an error in its tree, or with anything doubtful, is judged
by the exact parser instead.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from .bound_names import BoundNames, Duplicate
from .grammar import MAX_RUN, long_runs
from .lexer import INT_MAX, KEYWORDS, float_fits
from .problem import Problem, ProblemKind
from .span import Span
from .string_literal import static_name
from .unbound_names import unbound_names
from .views import AttrName

if TYPE_CHECKING:
    from tree_sitter import Node

    from .landmarks import Landmarks
    from .source_file import SourceFile

__all__ = ["MAX_NESTING", "Problem", "ProblemKind", "breaks", "find_problems", "is_refused", "undefined_variables"]

MAX_NESTING = 500
"""Expressions below more tree nodes than this are not analysed; the deepest of 20,000 real files has 85."""


def is_refused(problems: Iterable[Problem]) -> bool:
    """Whether a file with these problems is refused by today's Nix too, and not only by older ones."""
    return any(problem.accepted_since is None for problem in problems)


def breaks(before: SourceFile, after: SourceFile) -> bool:
    """Whether what was made of a file is refused by a Nix, of today or older, that may have taken the file as it was."""
    problems = find_problems(after)
    return is_refused(problems) or (bool(problems) and len(problems) > len(find_problems(before)))


def find_problems(file: SourceFile) -> tuple[Problem, ...]:
    """The problems of a file, in the order of their places; none if and only if every Nix since 2.8 parses it.

    A file with :attr:`ProblemKind.NESTED_TOO_DEEPLY` may be good Nix; it has no other problem, and must not be given to
    anything that recurses over it.
    """
    data = file.data
    root = file.tree.root_node
    too_deep = _too_deep(root)
    if too_deep is not None:
        message = f"nested more than {MAX_NESTING} levels deep; nixlint cannot look into this file"
        return (Problem(ProblemKind.NESTED_TOO_DEEPLY, Span(too_deep, too_deep), message),)
    for run in long_runs(data):
        message = f"more than {MAX_RUN} bytes without a blank; nixlint cannot look into this file"
        return _exact(data) or (Problem(ProblemKind.NESTED_TOO_DEEPLY, run, message),)
    if root.has_error or _doubtful_bytes(data, root) or _or_as_variable(data, root) or _blanked(data, root):
        return _exact(data)
    landmarks = file.landmarks
    if _doubtful_nodes(data, landmarks):
        return _exact(data)
    found: list[Problem] = []
    for node in _doubtful_sets(data, landmarks):
        found.extend(_set_problems(file, node))
    if _names_a_formal_twice(data, landmarks):
        for node in landmarks["function"]:
            found.extend(_function_problems(file, node))
    if len(found) > 1:
        found.sort(key=lambda problem: (problem.span, problem.message))
    return tuple(found)


def undefined_variables(file: SourceFile) -> Iterator[Problem]:
    """The variables of a file without other problems for which Nix refuses it all the same.

    They are told apart from :func:`find_problems`, for the rest of the file means what it says. Nothing is said of a file of
    which the grammar is unsure.
    """
    found = tuple(unbound_names(file))
    if found and not _is_doubtful(file):
        for name, span in found:
            yield Problem(ProblemKind.UNDEFINED_VARIABLE, span, f"undefined variable '{name}'")


def _is_doubtful(file: SourceFile) -> bool:
    """Whether the exact parser is to judge a file, so that its tree may not be what Nix reads."""
    data, root = file.data, file.tree.root_node
    if root.has_error or _doubtful_bytes(data, root) or _or_as_variable(data, root) or _blanked(data, root):
        return True
    return _doubtful_nodes(data, file.landmarks)


def _exact(data: bytes) -> tuple[Problem, ...]:
    from .exact_parser import judge

    return tuple(sorted(judge(data), key=lambda problem: (problem.span, problem.message)))


def _too_deep(root: Node) -> int | None:
    """Where a node lies below more than ``MAX_NESTING`` others, if there is one."""
    waiting = [(root, 0)]
    while waiting:
        node, depth = waiting.pop()
        if depth > MAX_NESTING:
            return node.start_byte
        if depth + node.descendant_count > MAX_NESTING + 1:
            waiting.extend((child, depth + 1) for child in node.children)
    return None


# What the grammar is unsure of.

_ODD_BLANKS = re.compile(
    # What `\s` means to tree-sitter, but not to Nix.
    rb"\xc2[\x85\xa0]|\xe1\x9a\x80|\xe1\xa0\x8e|\xe2\x80[\x80-\x8f\xa8\xa9\xaf]|\xe2\x81[\x9f\xa0]|\xe3\x80\x80|\xef\xbb\xbf"
)
_KEYWORD = rb"(?:if|then|else|assert|with|let|in|rec|inherit)(?![a-zA-Z0-9_'\-])"
_BLANK = rb"(?:[ \t\r\n]++|#[^\r\n]*+)"
_NAME_THAT_IS_NONE = re.compile(
    # After a dot: a keyword, or, behind blanks, the start of a path or a URL.
    rb"\.(?:" + _BLANK + rb"*+(?:" + _KEYWORD + rb"|/\*)|" + _BLANK + rb"++[a-zA-Z0-9._+\-]*+[/:])"
)
_ARGUMENT_THAT_IS_NONE = re.compile(
    # After an at sign: a keyword or a URL.
    rb"@" + _BLANK + rb"*+(?:" + _KEYWORD + rb"|or(?![a-zA-Z0-9_'\-])|/\*"
    rb"|[a-zA-Z][a-zA-Z0-9+\-.]*+:[a-zA-Z0-9%/?:@&=+$,\-_.!~*'])"
)
_OR = re.compile(rb"or(?<![a-zA-Z0-9_]or)(?![a-zA-Z0-9_'\-])")
_IN_PATH = re.compile(rb"in(?<![a-zA-Z0-9_'\-.+/]in)(?:[.+][a-zA-Z0-9._+\-]*)?/[a-zA-Z0-9._+\-$]")
_ATTRIBUTE_PLACES = frozenset({"attrpath", "inherited_attrs"})


def _doubtful_bytes(data: bytes, root: Node) -> bool:
    if b"\x0b" in data or b"\x0c" in data or b"\0" in data:
        return True
    patterns = [_NAME_THAT_IS_NONE, _IN_PATH]
    if b"@" in data:
        patterns.append(_ARGUMENT_THAT_IS_NONE)
    if not data.isascii():
        patterns.append(_ODD_BLANKS)
    return any(not _is_in_text(match.start(), root) for pattern in patterns for match in pattern.finditer(data))


_TEXT = frozenset({"string_fragment", "comment"})


def _is_in_text(offset: int, root: Node) -> bool:
    """Whether a byte stands in a comment or in the text of a string.

    Where the grammar took code for text, it misread something before, which is the doubtful place then.
    """
    node = root.descendant_for_byte_range(offset, offset + 1)
    return node is not None and node.type in _TEXT


def _or_as_variable(data: bytes, root: Node) -> bool:
    for match in _OR.finditer(data):
        node = root.descendant_for_byte_range(match.start(), match.end())
        if node is not None and node.type == "identifier" and node.start_byte == match.start():
            parent = node.parent
            if parent is None or parent.type not in _ATTRIBUTE_PLACES:
                return True
    return False


def _blanked(data: bytes, root: Node) -> bool:
    """Whether the repair has blanked a part of the file, which nobody has looked at then."""
    parsed = root.text
    return parsed is not None and parsed != data and parsed.count(b"inherit") != data.count(b"inherit")


_PATH = re.compile(rb"~?[a-zA-Z0-9._+\-]*(?:/[a-zA-Z0-9._+\-]+)+")
_NO_OPERATOR = re.compile(rb"[:/]|[ \t\r\n]*(?:[a-zA-Z0-9._+\-]*/[a-zA-Z0-9._+\-$]|[~<#.]|/\*)")


def _doubtful_nodes(data: bytes, landmarks: Landmarks) -> bool:
    """Whether a literal is none for Nix, or a comparison is chained."""
    if "chain" in landmarks or not landmarks.get("expression"):
        return True
    for node in landmarks.get("literal_path", ()):
        text = data[node.start_byte : node.end_byte]
        if b"$" in text:
            text = b"".join(
                b"x" if child.type == "interpolation" else data[child.start_byte : child.end_byte]
                for child in node.children
            )
        if _PATH.fullmatch(text) is None:
            return True
    for node in landmarks.get("int", ()):
        if (
            node.end_byte - node.start_byte > 18
            and int(data[node.start_byte : node.end_byte].lstrip(b"0")[:20]) > INT_MAX
        ):
            return True
    for node in landmarks.get("float", ()):
        if not float_fits(data[node.start_byte : node.end_byte]):
            return True
    for node in landmarks.get("formal", ()):
        if data[node.start_byte : node.end_byte] in _KEYWORD_BYTES:
            return True
    return any(_is_doubtful_question(data, node) for node in landmarks.get("asked", ()))


def _is_doubtful_question(data: bytes, asked: Node) -> bool:
    """Whether Nix may have cut a path or a URL where the grammar, after `?`, could only see a name and an operator."""
    end = asked.start_byte
    for part in asked.children:
        # Blanks and comments between the parts: whatever follows them may be another token to Nix.
        kind = part.type
        if part.start_byte != end or kind == "comment":
            return True
        if kind == "identifier" and data[end : part.end_byte] in _KEYWORD_BYTES:
            return True
        end = part.end_byte
    return _NO_OPERATOR.match(data, end) is not None


_KEYWORD_BYTES = frozenset(keyword.encode() for keyword in KEYWORDS)


# What is bound twice.

_NAME_BYTES = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_'-."


class _Bound(NamedTuple):
    """Where a binding or an inherited name begins, and the first name that it binds; ``None`` where that is doubtful."""

    start: int
    head: bytes | None


def _doubtful_sets(data: bytes, landmarks: Landmarks) -> list[Node]:
    """The ``binding_set`` nodes that may bind a name twice, or by a name that is none; most files have no such set."""
    nodes = [node for kind in ("head", "inherited", "taken") for node in landmarks.get(kind, ())]
    heads = [_head(data[node.start_byte : node.end_byte]) for node in nodes]
    seldom = {head for head, count in Counter(heads).items() if count == 1 and head is not None}
    if len(seldom) == len(heads):
        return []
    bound = [_Bound(node.start_byte, head) for node, head in zip(nodes, heads, strict=True) if head not in seldom]
    bound.sort(key=lambda each: each.start)
    return _sets_with_doubles(bound, sorted(landmarks["set"], key=_start, reverse=True))


def _head(text: bytes) -> bytes | None:
    if text[:1] in _QUOTED:
        match = _PLAIN_STRING.fullmatch(text)
        return None if match is None else match[1]
    return None if text in _KEYWORD_BYTES else text


_QUOTED = (b'"', b"$")
_PLAIN_STRING = re.compile(rb'"([^"\\$\r]++)"')


def _sets_with_doubles(bound: list[_Bound], sets: list[Node]) -> list[Node]:
    """Those of some sets that bind a name twice or a doubtful one; ``sets`` come in the opposite order of their places."""
    found: dict[int, Node] = {}
    around: list[tuple[int, Node, set[bytes]]] = []
    for start, head in bound:
        while sets and sets[-1].start_byte <= start:
            holder = sets.pop()
            around.append((holder.end_byte, holder, set()))
        while around[-1][0] <= start:
            around.pop()
        _, holder, heads = around[-1]
        if head is None or head in heads:
            found[holder.id] = holder
        else:
            heads.add(head)
    return [*found.values()]


def _set_problems(file: SourceFile, node: Node) -> Iterator[Problem]:
    """The problems of one ``binding_set``."""
    duplicates: list[Duplicate] = []
    names = _bound_names(file, node, duplicates)
    if duplicates:
        from .exact_parser import duplicate_attribute

        for duplicate in duplicates:
            yield duplicate_attribute(duplicate, file.lines)
    yield from _inherit_problems(file, node)
    if names.dynamic is not None:
        parent = node.parent
        if parent is not None and parent.type == "let_expression":
            message = "a name that Nix must compute can't be bound by `let`; bind it in an attribute set"
            yield Problem(ProblemKind.SYNTAX_ERROR, names.dynamic, message)


def _bound_names(file: SourceFile, node: Node, duplicates: list[Duplicate]) -> BoundNames:
    names = BoundNames()
    for child in node.named_children:
        duplicate: Duplicate | None = None
        if child.type == "binding":
            path = child.child(0)
            value = child.child_by_field_name("expression")
            assert path is not None
            assert value is not None

            def nested(value: Node = value) -> BoundNames | None:
                return _names_of_literal(file, value)

            duplicate = names.define(_path(file, path), Span(path.start_byte, path.end_byte), nested)
            if duplicate is not None:
                duplicates.append(duplicate)
        elif child.type != "comment":
            for attr in _inherited(child):
                name = _name(file, attr)
                if name is not None:
                    duplicate = names.inherit(name, Span(attr.start_byte, attr.end_byte))
                    if duplicate is not None:
                        duplicates.append(duplicate)
    return names


def _names_of_literal(file: SourceFile, value: Node) -> BoundNames | None:
    node: Node | None = value
    while node is not None and node.type == "parenthesized_expression":
        node = node.child_by_field_name("expression")
    if node is None or node.type not in ("attrset_expression", "rec_attrset_expression"):
        return None
    for child in node.named_children:
        if child.type == "binding_set":
            return _bound_names(file, child, [])
    return BoundNames()


def _inherit_problems(file: SourceFile, node: Node) -> Iterator[Problem]:
    for child in node.named_children:
        if child.type in ("inherit", "inherit_from"):
            for attr in _inherited(child):
                place = Span(attr.start_byte, attr.end_byte)
                name = _name(file, attr)
                if name is None:
                    message = "a name that Nix must compute can't be inherited; write it out"
                    yield Problem(ProblemKind.SYNTAX_ERROR, place, message)
                elif attr.type == "identifier" and name in _KEYWORD_BYTES and name != b"or":
                    message = f"expected a name to inherit or ';', found the keyword '{name.decode()}'"
                    yield Problem(ProblemKind.SYNTAX_ERROR, place, message)


def _inherited(node: Node) -> list[Node]:
    attrs = node.child_by_field_name("attrs")
    return [] if attrs is None else [attr for attr in attrs.named_children if attr.type != "comment"]


def _path(file: SourceFile, path: Node) -> list[bytes | None]:
    text = file.data[path.start_byte : path.end_byte]
    if not text.translate(None, _NAME_BYTES):
        return [*text.split(b".")]
    return [_name(file, attr) for attr in path.named_children if attr.type != "comment"]


def _name(file: SourceFile, attr: Node) -> bytes | None:
    if attr.type == "identifier":
        return file.data[attr.start_byte : attr.end_byte]
    name = static_name(AttrName(attr, file))
    return None if name is None else name.encode("utf-8", "surrogateescape")


def _names_a_formal_twice(data: bytes, landmarks: Landmarks) -> bool:
    """Whether any two formals of a file have one name; they may be those of two functions."""
    names = [
        data[node.start_byte : node.end_byte] for kind in ("formal", "universal") for node in landmarks.get(kind, ())
    ]
    return "formal" in landmarks and len(set(names)) != len(names)


def _function_problems(file: SourceFile, node: Node) -> Iterator[Problem]:
    data = file.data
    formals = node.child_by_field_name("formals")
    if formals is None:
        return
    seen: dict[bytes, Node] = {}
    universal = node.child_by_field_name("universal")
    names = [
        name for formal in formals.named_children if formal.type == "formal" and (name := formal.child(0)) is not None
    ]
    for name in sorted([*names, universal], key=_start) if universal is not None else names:
        first = seen.setdefault(data[name.start_byte : name.end_byte], name)
        if first is not name:
            from .exact_parser import duplicate_formal

            place = Span(name.start_byte, name.end_byte)
            yield duplicate_formal(data[place.start : place.end], place, Span(first.start_byte, first.end_byte))


_start: Callable[[Node], int] = attrgetter("start_byte")
