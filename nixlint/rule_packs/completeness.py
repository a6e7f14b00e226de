"""What a rule has to say of itself: its attributes, its page and its examples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

import libcst as cst

from nixlint.linting.subjects import UnknownSubject, kind_of
from nixlint.linting.testing import HEADINGS
from nixlint.rule import GROUPS

from .api_changes import earlier_attributes, earlier_names
from .declared_rule import DeclaredRule, assigned, literal
from .policy import FACE, Objection

_NEEDED = ("name", "code", "severity", "confidence", "asks", "examples")
_SILENCES = "What keeps it silent"
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_EXAMPLES = {f"{module}.{name}": name for module in (FACE, "nixlint.linting.rule") for name in ("Bad", "Good")}


class Gap(NamedTuple):
    """Something that a rule lacks, and where to say so."""

    node: cst.CSTNode
    objection: Objection


def gaps(rule: DeclaredRule) -> Iterator[Gap]:
    """All that a rule lacks."""
    yield from _missing_attributes(rule)
    yield from _old_attributes(rule)
    yield from _names(rule)
    yield from _page(rule)
    yield from _examples(rule)


def _missing_attributes(rule: DeclaredRule) -> Iterator[Gap]:
    for name in _NEEDED:
        value = rule.attributes.get(name)
        if value is None:
            yield _gap(rule, "rule-incomplete", f"the rule has no {name}")
        elif name in ("name", "code") and rule.text(name) is None:
            yield Gap(value, Objection("rule-incomplete", f"the {name} is no literal, so that nobody can read it here"))
    asks = rule.attributes.get("asks")
    for element in asks.elements if isinstance(asks, cst.Tuple) else ():
        homes = {_home(name) for name in rule.file.imported(element.value)}
        if homes and all(_is_unknown(home) for home in homes):
            shown = sorted(homes)[0].rpartition(".")[2]
            yield Gap(
                element.value, Objection("rule-incomplete", f"nothing reads a {shown}, so that the rule is never asked")
            )


def _old_attributes(rule: DeclaredRule) -> Iterator[Gap]:
    for name, what_to_do in earlier_attributes().items():
        if name in dict(assigned(rule.node.body.body)):
            reason = f"{name} is an attribute of rule API 1, which nothing reads any more"
            yield Gap(rule.attributes[name], Objection("rule-api-old", reason, what_to_do))


def _home(name: str) -> str:
    """The module that a name of the public face, now or before, is at home in, with the name."""
    change = earlier_names().get(name)
    name = name if change is None or change.new is None else change.new
    own = name.removeprefix(f"{FACE}.")
    return next((f"{names[own]}.{own}" for names in GROUPS.values() if name.startswith(FACE) and own in names), name)


def _is_unknown(kind: str) -> bool:
    if not kind.startswith("nixlint."):
        return False  # what it stands for is not known here
    try:
        kind_of(kind)
    except UnknownSubject:
        return True
    return False


def _names(rule: DeclaredRule) -> Iterator[Gap]:
    name = rule.text("name")
    if name is None:
        return
    at = rule.attributes["name"]
    if _NAME.fullmatch(name) is None:
        yield Gap(at, Objection("rule-misnamed", f"the name {name!r} is not in small letters with hyphens"))
    stem = PurePosixPath(rule.file.file.name).stem
    if name.replace("-", "_") != stem:
        wanted = f"{name.replace('-', '_')}.py"
        yield Gap(at, Objection("rule-misnamed", f"the rule {name} is in {stem}.py", f"call the file {wanted}"))


def _page(rule: DeclaredRule) -> Iterator[Gap]:
    page = rule.docstring
    if page is None:
        yield _gap(rule, "rule-docs-missing", "the rule has no docstring, which is its page")
        yield _gap(rule, "rule-silences-missing", "the rule does not say what keeps it silent")
        return
    lines = page.splitlines()
    if not lines or not lines[0].endswith("."):
        yield _gap(rule, "rule-docs-missing", "the page does not begin with a sentence that ends in a full stop")
    sections = _sections(lines)
    for heading in HEADINGS:
        if not sections.get(heading):
            what = "has no section" if heading not in sections else "has nothing in the section"
            requirement = "rule-silences-missing" if heading == _SILENCES else "rule-docs-missing"
            yield _gap(rule, requirement, f"the page {what} '{heading}'")
    known = [heading for heading in sections if heading in HEADINGS]
    if known != [heading for heading in HEADINGS if heading in sections]:
        yield _gap(rule, "rule-docs-missing", f"the sections are in another order than {', '.join(HEADINGS)}")


def _sections(lines: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    heading: str | None = None
    for line in lines:
        if line.startswith("## "):
            heading = line.removeprefix("## ").strip()
            found.setdefault(heading, "")
        elif heading is not None:
            found[heading] += line.strip()
    return found


def _examples(rule: DeclaredRule) -> Iterator[Gap]:
    value = rule.attributes.get("examples")
    if value is None:
        return
    calls = _Calls(rule)
    value.visit(calls)
    if not isinstance(value, cst.Tuple | cst.List):
        calls.is_all = False
    if calls.is_all and not any(kind == "Bad" for kind, _ in calls.found):
        yield Gap(value, Objection("rule-examples-missing", "there is no Bad example, which shows what the rule finds"))
    if calls.is_all and not any(kind == "Good" for kind, _ in calls.found):
        yield Gap(value, Objection("rule-examples-missing", "there is no Good example, which shows what it lets be"))
    for kind, call in calls.found:
        text = "".join(_texts(call, rule))
        if kind == "Bad" and text and not ("«" in text and "»" in text):
            yield Gap(
                call,
                Objection("rule-examples-missing", "the example marks nothing", "put « and » around what is found"),
            )


def _texts(call: cst.Call, rule: DeclaredRule) -> Iterator[str]:
    """The texts of an example's files; with one that cannot be read, one that has marks."""
    files = next((arg for arg in call.args if arg.keyword is not None and arg.keyword.value == "files"), None)
    if files is None:
        positional = [arg for arg in call.args if arg.keyword is None]
        files = positional[1] if len(positional) > 1 else None
    match None if files is None else files.value:
        case None:
            return
        case cst.Dict(elements=elements):
            for element in elements:
                yield literal(element.value, rule.file) or "«»"
        case cst.BaseExpression() as value:
            yield literal(value, rule.file) or "«»"


class _Calls(cst.CSTVisitor):
    """The examples in a value, and whether these are all."""

    def __init__(self, rule: DeclaredRule) -> None:
        super().__init__()
        self._file = rule.file
        self.found: list[tuple[str, cst.Call]] = []
        self.is_all = True

    def visit_Call(self, node: cst.Call) -> bool:
        kinds = [_EXAMPLES[name] for name in self._file.imported(node.func) if name in _EXAMPLES]
        if not kinds:
            self.is_all = False  # a function that may give examples
            return True
        self.found.append((kinds[0], node))
        return False

    def visit_StarredElement(self, node: cst.StarredElement) -> None:  # noqa: ARG002  # LibCST gives it
        self.is_all = False


def _gap(rule: DeclaredRule, requirement: str, reason: str) -> Gap:
    return Gap(rule.node.name, Objection(requirement, reason))
