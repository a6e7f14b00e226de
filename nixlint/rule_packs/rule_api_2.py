"""The codemod from rule API 1 to 2: rules import from :mod:`nixlint.rule` and the model, and keywords are gone.

In version 1 rules imported from the modules behind the public face, and said with ``keywords`` which files may concern
them. In version 2 a kind of subject says itself which files have some; a rule about definitions says it with ``words``. All
else of a file stays byte for byte: comments, blank lines, and statements that nothing changed for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import libcst as cst

from .api_changes import earlier_names
from .declared_rule import DeclaredRule, assigned, declared_rules
from .parsed_file import ParsedFile, dotted
from .policy import FACE

_WIDTH = 88
"""A line that is longer is written with one name a line: within what every formatter of Python allows."""
_KEYWORDS, _WORDS = "keywords", "words"
_DEFINITION = "WrittenDefinition"


def to_rule_api_2(parsed: ParsedFile) -> cst.Module:
    """A file in version 2, as far as that can be done without guessing. One that is in version 2 already stays as it is."""
    changes = {rule.node: change for rule in declared_rules([parsed]) if (change := _of_keywords(rule)) is not None}
    return parsed.module.visit(_Transformer(changes, parsed))


class _KeywordsChange(NamedTuple):
    """What becomes of ``keywords`` in the body of a class: the line, whether it is renamed, and the names that it uses."""

    line: int
    is_renamed: bool
    names: frozenset[str]


def _of_keywords(rule: DeclaredRule) -> _KeywordsChange | None:
    """``None`` where there are none, and where it is not written here what the rule asks about."""
    body = rule.node.body.body
    line = next((number for number, each in enumerate(body) if _KEYWORDS in dict(assigned([each]))), None)
    asks = rule.attributes.get("asks")
    if line is None or not isinstance(asks, cst.Tuple):
        return None
    statement = body[line]
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return None
    kinds = {dotted(element.value).rpartition(".")[2] for element in asks.elements}
    names = _Names()
    statement.visit(names)
    return _KeywordsChange(line, kinds == {_DEFINITION}, frozenset(names.found))


def _without_keywords(body: Sequence[cst.BaseStatement], change: _KeywordsChange) -> Iterator[cst.BaseStatement]:
    line = body[change.line]
    assert isinstance(line, cst.SimpleStatementLine)
    if change.is_renamed:
        renamed = line.with_changes(body=[_renamed(line.body[0])])
        yield from (renamed if each is line else each for each in body)
    else:
        yield from _taken_out(body, line)


def _renamed(statement: cst.BaseSmallStatement) -> cst.BaseSmallStatement:
    match statement:
        case cst.Assign(targets=[target]):
            return statement.with_changes(targets=[target.with_changes(target=cst.Name(_WORDS))])
        case _:
            return statement.with_changes(target=cst.Name(_WORDS))


def _taken_out(body: Sequence[cst.BaseStatement], line: cst.SimpleStatementLine) -> Iterator[cst.BaseStatement]:
    """A body without a line, whose comments go to the next one."""
    comments = [each for each in line.leading_lines if each.comment is not None]
    if line.trailing_whitespace.comment is not None:
        comments.append(cst.EmptyLine(comment=line.trailing_whitespace.comment))
    number = [each is line for each in body].index(True)
    yield from body[:number]
    for each in body[number + 1 :]:
        before: Sequence[cst.EmptyLine] = getattr(each, "leading_lines", ())
        yield each.with_changes(leading_lines=[*comments, *before]) if comments else each
        comments = []


class _Transformer(cst.CSTTransformer):
    """Puts new bodies of classes in the place of old ones, and imports by their new names."""

    def __init__(self, changes: Mapping[cst.ClassDef, _KeywordsChange], parsed: ParsedFile) -> None:
        super().__init__()
        self._changes = changes
        self._top = {id(line) for line in parsed.module.body}

    def leave_ClassDef(self, original_node: cst.ClassDef, updated_node: cst.ClassDef) -> cst.ClassDef:
        change = self._changes.get(original_node)
        if change is None:
            return updated_node
        body = [*_without_keywords(_statements(updated_node), change)]
        return updated_node.with_changes(body=updated_node.body.with_changes(body=body))

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine | cst.FlattenSentinel[cst.SimpleStatementLine]:
        if id(original_node) in self._top:
            return updated_node  # see leave_Module
        groups = _groups_of(updated_node)
        return updated_node if groups is None else cst.FlattenSentinel(_in_place(updated_node, groups))

    def leave_Module(self, original_node: cst.Module, updated_node: cst.Module) -> cst.Module:  # noqa: ARG002
        body = [*_with_new_imports(updated_node.body)]
        module = updated_node.with_changes(body=body)
        unused = (change.names for change in self._changes.values() if not change.is_renamed)
        gone = frozenset[str]().union(*unused) - _used_names(module)
        if gone:
            module = module.with_changes(body=[*_without_names(body, gone)])
        return module


def _statements(node: cst.ClassDef) -> Sequence[cst.BaseStatement]:
    return node.body.body if isinstance(node.body, cst.IndentedBlock) else ()


Groups = Mapping[str, list[cst.ImportAlias]]
"""What a statement imports, by the modules that it is in now."""


def _groups_of(line: cst.BaseStatement) -> Groups | None:
    """The groups of a statement that imports something which has another home now; ``None`` for any other."""
    match line:
        case cst.SimpleStatementLine(body=[cst.ImportFrom(relative=[], module=module, names=[*aliases])]):
            old = dotted(module)
        case _:
            return None
    groups: dict[str, list[cst.ImportAlias]] = {}
    for alias in aliases:
        change = earlier_names().get(f"{old}.{dotted(alias.name)}")
        new = None if change is None else change.new
        groups.setdefault(old if new is None else new.rpartition(".")[0], []).append(alias)
    return None if set(groups) == {old} else groups


def _with_new_imports(body: Sequence[cst.BaseStatement]) -> Iterator[cst.BaseStatement]:
    """A body whose imports have new homes: those of the public face are one statement, where the first of them was."""
    face = [
        alias
        for line in body
        if (groups := _groups_of(line)) is not None and not _has_comments(line)
        for alias in groups.get(FACE, ())
    ]
    existing = next((line for line in body if _is_import_of(line, FACE) and not _has_comments(line)), None)
    if existing is not None and face:
        face = [*_aliases(existing), *face]
    emitted: list[tuple[cst.BaseStatement, bool]] = []
    carried: Sequence[cst.EmptyLine] = ()
    is_done = not face
    for line in body:
        groups = _groups_of(line)
        if groups is None and not (line is existing and face):
            made: list[cst.BaseStatement] = [line]
        elif groups is not None and _has_comments(line):
            made = [*_in_place(line, groups)]
        else:
            rest = {module: names for module, names in (groups or {}).items() if module != FACE}
            made = [_statement(module, names) for module, names in rest.items()]
            if not is_done:
                made.append(_statement(FACE, face))
                is_done = True
            carried = carried or getattr(line, "leading_lines", ())
        for each in made:
            if each is not line and carried:
                each = each.with_changes(leading_lines=carried)  # noqa: PLW2901
                carried = ()
            emitted.append((each, each is not line))
        if made and made[-1] is line:
            carried = ()
    yield from _sorted_runs(emitted)


def _in_place(line: cst.BaseStatement, groups: Groups) -> Iterator[cst.SimpleStatementLine]:
    """The statements for a statement, the first of which keeps its comments."""
    assert isinstance(line, cst.SimpleStatementLine)
    old = line.body[0]
    for number, (module, aliases) in enumerate(groups.items()):
        if number == 0 and len(groups) == 1:
            yield line.with_changes(body=[old.with_changes(module=_dotted_node(module))])
            continue
        new = _statement(module, aliases)
        if number == 0:
            new = new.with_changes(leading_lines=line.leading_lines, trailing_whitespace=line.trailing_whitespace)
        yield new


def _statement(module: str, aliases: Sequence[cst.ImportAlias]) -> cst.SimpleStatementLine:
    """An import of some names, each once, in order; of many, one a line."""
    plain = {_shown(alias): alias.with_changes(comma=cst.MaybeSentinel.DEFAULT) for alias in aliases}
    names = [plain[shown] for shown in sorted(plain, key=_name_order)]
    text = f"from {module} import {', '.join(sorted(plain, key=_name_order))}"
    node = cst.ImportFrom(module=_dotted_node(module), names=names)
    if len(text) > _WIDTH:
        inner = cst.ParenthesizedWhitespace(indent=True, last_line=cst.SimpleWhitespace("    "))
        comma = cst.Comma(whitespace_after=inner)
        last = cst.Comma(whitespace_after=cst.ParenthesizedWhitespace(indent=True))
        listed = [alias.with_changes(comma=comma) for alias in names[:-1]] + [names[-1].with_changes(comma=last)]
        node = node.with_changes(names=listed, lpar=cst.LeftParen(whitespace_after=inner), rpar=cst.RightParen())
    return cst.SimpleStatementLine(body=[node])


def _shown(alias: cst.ImportAlias) -> str:
    name = dotted(alias.name)
    return name if alias.asname is None else f"{name} as {dotted(alias.asname.name)}"


def _name_order(shown: str) -> tuple[int, str]:
    """Constants, then classes, then the rest, as isort and ruff order names."""
    name = shown.partition(" ")[0]
    if name.isupper() and len(name) > 1:
        return (0, shown)
    return (1 if name[:1].isupper() else 2, shown)


def _sorted_runs(lines: Sequence[tuple[cst.BaseStatement, bool]]) -> Iterator[cst.BaseStatement]:
    """Statements; imports of nixlint that stand together, of which some are new, are in the order of their modules."""
    run: list[tuple[cst.BaseStatement, bool]] = []
    for line, is_new in lines:
        if _module_of(line).startswith("nixlint.") and not _has_comments(line) and (not run or not _blank_before(line)):
            run.append((line, is_new))
            continue
        yield from _sorted_run(run)
        run = []
        if _module_of(line).startswith("nixlint.") and not _has_comments(line):
            run.append((line, is_new))
        else:
            yield line
    yield from _sorted_run(run)


def _sorted_run(run: Sequence[tuple[cst.BaseStatement, bool]]) -> Iterator[cst.BaseStatement]:
    if not any(is_new for _, is_new in run):
        yield from (line for line, _ in run)
        return
    before: Sequence[cst.EmptyLine] = getattr(run[0][0], "leading_lines", ())
    merged: dict[str, list[cst.BaseStatement]] = {}
    for line, _ in run:
        merged.setdefault(_module_of(line), []).append(line)
    ordered = [line for module in sorted(merged) for line in _one_statement(module, merged[module])]
    for number, line in enumerate(ordered):
        yield line.with_changes(leading_lines=before if number == 0 else ())


def _one_statement(module: str, lines: Sequence[cst.BaseStatement]) -> Iterator[cst.BaseStatement]:
    """Several imports of a module as one."""
    if len(lines) == 1:
        yield lines[0]
        return
    yield _statement(module, [alias for line in lines for alias in _aliases(line)])


def _aliases(line: cst.BaseStatement) -> Sequence[cst.ImportAlias]:
    match line:
        case cst.SimpleStatementLine(body=[cst.ImportFrom(names=[*aliases])]):
            return aliases
        case _:
            return ()


def _module_of(line: cst.BaseStatement) -> str:
    match line:
        case cst.SimpleStatementLine(body=[cst.ImportFrom(relative=[], module=module, names=[*_])]):
            return dotted(module)
        case _:
            return ""


def _is_import_of(line: cst.BaseStatement, module: str) -> bool:
    return _module_of(line) == module


def _blank_before(line: cst.BaseStatement) -> bool:
    return bool(getattr(line, "leading_lines", ()))


def _has_comments(line: cst.BaseStatement) -> bool:
    """Whether a statement has comments before, in or after it."""
    search = _Comments()
    line.visit(search)
    return search.is_found


def _dotted_node(module: str) -> cst.Name | cst.Attribute:
    first, *others = module.split(".")
    node: cst.Name | cst.Attribute = cst.Name(first)
    for name in others:
        node = cst.Attribute(value=node, attr=cst.Name(name))
    return node


def _used_names(module: cst.Module) -> set[str]:
    names = _Names()
    module.visit(names)
    return names.found


def _without_names(body: Sequence[cst.BaseStatement], gone: set[str] | frozenset[str]) -> Iterator[cst.BaseStatement]:
    """A body that does not import some names, which nothing uses any more."""
    for line in body:
        match line:
            case cst.SimpleStatementLine(body=[cst.ImportFrom(names=[*aliases]) as statement]):
                left = [alias for alias in aliases if _bound(alias) not in gone]
                if len(left) == len(aliases):
                    yield line
                elif left:
                    left[-1] = left[-1].with_changes(comma=aliases[-1].comma)
                    yield line.with_changes(body=[statement.with_changes(names=left)])
                elif _has_comments(line):
                    yield line
            case _:
                yield line


def _bound(alias: cst.ImportAlias) -> str:
    return dotted(alias.name if alias.asname is None else alias.asname.name)


class _Names(cst.CSTVisitor):
    """The names that are used, but for those of imports."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:  # noqa: ARG002  # LibCST gives it
        return False

    def visit_Attribute(self, node: cst.Attribute) -> bool:
        node.value.visit(self)
        return False

    def visit_Name(self, node: cst.Name) -> None:
        self.found.add(node.value)


class _Comments(cst.CSTVisitor):
    def __init__(self) -> None:
        super().__init__()
        self.is_found = False

    def visit_Comment(self, node: cst.Comment) -> None:  # noqa: ARG002  # LibCST gives it
        self.is_found = True
