"""The last step of a conversion: what was written is parsed and worked out as Nix does it, and must be what was meant.

Every name and every text of the expression is looked for in the value that :mod:`nixlint.semantics` makes of the module's
text, and nothing else may be there. An encoder that is wrong, a name that is given twice, a text that became code: each
ends the conversion before a byte is written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from nixlint.compose.problem import ComposeError, Shown
from nixlint.emit.expression import (
    AttrSet,
    Call,
    Entry,
    Expression,
    FileBeside,
    IfElse,
    Inner,
    Let,
    ListOf,
    Literal,
    Module,
    Script,
    Select,
    Template,
    Text,
    Update,
    Variable,
)
from nixlint.emit.shell import lowered
from nixlint.semantics.language import symbols
from nixlint.semantics.language.budget import TOO_DEEP, TOO_MUCH, Budget, spending
from nixlint.semantics.language.interpreter import Interpreter
from nixlint.semantics.language.values import (
    AttrsValue,
    BoolValue,
    CallValue,
    ChoiceValue,
    ConditionalValue,
    FloatValue,
    IntValue,
    Known,
    ListValue,
    NullValue,
    OrderValue,
    OverrideValue,
    PathValue,
    StringValue,
    SymbolValue,
    UnknownValue,
    Value,
)
from nixlint.syntax.problem import ProblemKind
from nixlint.syntax.problems import find_problems
from nixlint.syntax.source_file import SourceFile

_Nested: TypeAlias = "dict[str, _Nested | Expression]"
_FOLDER = Path("/module")


def prove(modules: Sequence[tuple[str, Module, str]]) -> None:
    """Parse and work out modules: their file names, what was meant, and their texts.

    Raises :class:`ComposeError` for the first one that Nix would refuse or that means something else.
    """
    for name, module, text in modules:
        source = SourceFile.parse(_FOLDER / name, text.encode())
        problems = find_problems(source)
        for problem in problems:
            if problem.kind is not ProblemKind.NESTED_TOO_DEEPLY:
                line = source.position(problem.span.start).line
                raise _wrong(name, f"line {line}: {problem.message}")
        if problems:
            continue  # the exact parser has read it, and nothing else reads files of this kind
        budget = Budget.of_file(len(source.data))
        interpreter = Interpreter(lambda _: None, budget=budget)
        with spending(budget):
            value = interpreter.evaluate(source.root, interpreter.globals)
            if module.formals:
                value = interpreter.apply(value, Known(symbols.symbol(symbols.MODULE_ARGUMENTS)))
            found = next(_differences(module.body, value, {}, ()), None)
        if found is not None:
            raise _wrong(name, found)


def _wrong(name: str, what: str) -> ComposeError:
    return ComposeError(
        "the module {} would not be what was meant, so nothing is written ({}); please report this as a bug",
        None,
        Shown.word(name),
        Shown.word(what),
    )


_Bound: TypeAlias = Mapping[str, Expression]


def _differences(meant: Expression, value: Value, bound: _Bound, path: tuple[str, ...]) -> Iterator[str]:
    """Where a value is not what was meant, as far as nixlint can work it out. No text is in what it says."""
    if isinstance(value, UnknownValue) and value.reason in (TOO_DEEP, TOO_MUCH):
        return
    match meant, value:
        case Text(text=text), StringValue():
            if value.text != text:
                yield _at(path, "another text")
        case Template(parts=parts), StringValue(parts=others):
            yield from _parts(_substituted(parts, bound), others, bound, path)
        case Script(), _:
            yield from _differences(lowered(meant), value, bound, path)
        case Literal(value=None), NullValue():
            return
        case Literal(value=bool(flag)), BoolValue(value=other):
            if flag != other:
                yield _at(path, "another value")
        case Literal(value=int(number)), IntValue(value=other):
            if number != other:
                yield _at(path, "another number")
        case Literal(value=float()), FloatValue() | IntValue():
            return
        case Select(root=root, path=names), SymbolValue(path=others):
            if (root, *names) != others:
                yield _at(path, "another name")
        case Variable(name=name), _:
            yield from _differences(bound[name], value, bound, path)
        case FileBeside(names=names), PathValue(path=file):
            if file != _FOLDER.joinpath(*names):
                yield _at(path, "another file")
        case IfElse(then=then, otherwise=otherwise), ChoiceValue(alternatives=(first, second)):
            yield from _differences(then, first.force(), bound, path)
            yield from _differences(otherwise, second.force(), bound, path)
        case Call(), _:
            yield from _call(meant, value, bound, path)
        case ListOf(items=items), ListValue(elements=elements, unknowns=()):
            if len(items) != len(elements):
                yield _at(path, "another number of elements")
            for index, (item, element) in enumerate(zip(items, elements, strict=False)):
                yield from _differences(item.value, element.force(), bound, (*path, str(index)))
        case AttrSet(entries=entries), AttrsValue():
            yield from _names(_nested(entries), value, bound, path)
        case Update(base=base, over=over), AttrsValue():
            named = bound[base.name]
            assert isinstance(named, AttrSet)
            yield from _names(_nested((*named.entries, *over.entries)), value, bound, path)
        case Let(entries=entries, body=body), _:
            inner = {name: each.value for each in entries for name in each.path if isinstance(name, str)}
            yield from _differences(body, value, {**bound, **inner}, path)
        case _:
            yield _at(path, "another kind of value")


def _at(path: tuple[str, ...], what: str) -> str:
    return f"{what} at {'.'.join(path[:4])}"


def _call(meant: Call, value: Value, bound: _Bound, path: tuple[str, ...]) -> Iterator[str]:
    match value:
        case OverrideValue(content=content) | OrderValue(content=content):
            yield from _differences(meant.arguments[-1], content.force(), bound, path)
        case ConditionalValue(condition=condition, content=content):
            yield from _differences(meant.arguments[0], condition.force(), bound, path)
            yield from _differences(meant.arguments[1], content.force(), bound, path)
        case CallValue(callee=callee, arguments=arguments):
            if (meant.function.root, *meant.function.path) != callee.path or len(arguments) != len(meant.arguments):
                yield _at(path, "another call")
            for argument, other in zip(meant.arguments, arguments, strict=False):
                yield from _differences(argument, other.force(), bound, path)
        case _ if meant.function.root in ("lib", "toString"):
            # A function that nixlint knows: what comes of it is a value of its own.
            if isinstance(value, UnknownValue) and value.is_error:
                yield _at(path, value.reason)
        case _:
            yield _at(path, "another kind of value")


def _substituted(parts: Sequence[str | Inner], bound: _Bound) -> Iterator[str | Inner]:
    for part in parts:
        meant = bound[part.name] if isinstance(part, Variable) else part
        match meant:
            case Text(text=text):
                yield text
            case Template(parts=inner):
                yield from _substituted(inner, bound)
            case str() | Select() | FileBeside() | IfElse() | Call():
                yield meant
            case _:
                raise TypeError(f"{type(meant).__name__} is bound to a name in a string")


def _parts(
    meant: Iterator[str | Inner], others: Sequence[str | Value], bound: _Bound, path: tuple[str, ...]
) -> Iterator[str]:
    """The texts of a template one after the other must be those of the string; what Nix knows stands between them."""
    texts: list[str | Inner] = []
    for part in meant:
        if isinstance(part, str) and texts and isinstance(texts[-1], str):
            texts[-1] += part
        elif part != "":
            texts.append(part)
    if any(isinstance(part, Call) and part.function.root in ("lib", "toString") for part in texts):
        # What such a function makes of a known text is joined with what stands beside it.
        plain = "".join(part for part in others if isinstance(part, str))
        at = 0
        for text in (part for part in texts if isinstance(part, str)):
            at = plain.find(text, at)
            if at < 0:
                yield _at(path, "another text")
                return
            at += len(text)
        return
    if len(texts) != len(others):
        yield _at(path, "another text")
        return
    for part, other in zip(texts, others, strict=True):
        if isinstance(part, str) or isinstance(other, str):
            if part != other:
                yield _at(path, "another text")
        else:
            yield from _differences(part, other, bound, path)


def _nested(entries: Sequence[Entry]) -> tuple[_Nested, int]:
    """The definitions of a set by name, and how many have a name that only Nix knows."""
    found: _Nested = {}
    dynamic = 0
    for entry in entries:
        *before, last = entry.path
        at: _Nested = found
        if not all(isinstance(name, str) for name in entry.path):
            dynamic += 1
            continue
        for name in before:
            below = at.setdefault(str(name), {})
            assert isinstance(below, dict)
            at = below
        at[str(last)] = entry.value
    return found, dynamic


def _names(nested: tuple[_Nested, int], value: AttrsValue, bound: _Bound, path: tuple[str, ...]) -> Iterator[str]:
    meant, dynamic = nested
    if meant.keys() != value.entries.keys() or len(value.dynamic) > dynamic or value.unknowns:
        yield _at(path, "other names")
        return
    for name, expression in meant.items():
        below = value.entries[name].value.once()  # of a large project all values at once take a hundred megabytes
        if not isinstance(expression, dict):
            yield from _differences(expression, below, bound, (*path, name))
        elif isinstance(below, AttrsValue):
            yield from _names((expression, 0), below, bound, (*path, name))
        else:
            yield _at((*path, name), "another kind of value")
