"""The rules that a pack declares, as they are written: their classes, with what is known of each without running it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from inspect import cleandoc
from typing import NamedTuple

import libcst as cst

from .parsed_file import ParsedFile, dotted

RULE_CLASSES = frozenset({"nixlint.rule.Rule", "nixlint.linting.rule.Rule"})
"""What a rule's class stands on: in the rule API of today, and in the one before it."""


class DeclaredRule(NamedTuple):
    """A class that is a rule. ``attributes`` are those of the class and of the classes of the pack that it stands on."""

    file: ParsedFile
    node: cst.ClassDef
    attributes: Mapping[str, cst.BaseExpression]
    methods: frozenset[str]

    @property
    def is_concrete(self) -> bool:
        """Whether nixlint would load it: a class that has no check is there for others to stand on."""
        return "check" in self.methods

    def text(self, attribute: str) -> str | None:
        """The text of an attribute; ``None`` where it is not there or no literal."""
        return literal(self.attributes.get(attribute), self.file)

    @property
    def docstring(self) -> str | None:
        """Its docstring without indentation."""
        found = self.node.get_docstring(clean=False)
        return None if found is None else cleandoc(found)


def declared_rules(files: Iterable[ParsedFile]) -> tuple[DeclaredRule, ...]:
    """The rules of a pack, in the order of its files."""
    classes = {node.name.value: (file, node) for file in files for node in _classes(file.module)}
    known: dict[str, DeclaredRule | None] = {}
    found = (_rule(name, classes, known) for name in classes)
    return tuple(rule for rule in found if rule is not None)


def literal(node: cst.BaseExpression | None, file: ParsedFile) -> str | None:
    """The text of a literal, or of a name that the file gives a literal."""
    match node:
        case cst.SimpleString() | cst.ConcatenatedString():
            value = node.evaluated_value
            return value if isinstance(value, str) else None
        case cst.Name(value=name):
            values = [value for target, value in assigned(file.module.body) if target == name]
            return literal(values[0], file) if len(values) == 1 and not isinstance(values[0], cst.Name) else None
        case _:
            return None


def assigned(body: Iterable[cst.CSTNode]) -> Iterator[tuple[str, cst.BaseExpression]]:
    """The names that a body gives values, and the values."""
    for line in body:
        for statement in line.body if isinstance(line, cst.SimpleStatementLine) else ():
            match statement:
                case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value):
                    yield name, value
                case cst.AnnAssign(target=cst.Name(value=name), value=cst.BaseExpression() as value):
                    yield name, value
                case _:
                    pass


def _classes(module: cst.Module) -> Iterator[cst.ClassDef]:
    return (node for node in module.body if isinstance(node, cst.ClassDef))


def _rule(
    name: str, classes: Mapping[str, tuple[ParsedFile, cst.ClassDef]], known: dict[str, DeclaredRule | None]
) -> DeclaredRule | None:
    if name in known:
        return known[name]
    known[name] = None  # a class that stands on itself is none
    file, node = classes[name]
    attributes: dict[str, cst.BaseExpression] = {}
    methods: set[str] = set()
    is_rule = False
    for base in node.bases:
        value = base.value.value if isinstance(base.value, cst.Subscript) else base.value
        is_rule |= not RULE_CLASSES.isdisjoint(file.imported(value))
        above = dotted(value).rpartition(".")[2]
        inherited = _rule(above, classes, known) if above in classes else None
        if inherited is not None:
            is_rule = True
            attributes = {**inherited.attributes, **attributes}
            methods |= inherited.methods
    if not is_rule:
        return None
    attributes |= dict(assigned(node.body.body))
    methods |= {each.name.value for each in node.body.body if isinstance(each, cst.FunctionDef)}
    known[name] = DeclaredRule(file, node, attributes, frozenset(methods))
    return known[name]
