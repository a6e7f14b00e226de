"""A rule's page in Markdown: what it says of itself, what others call it, and its examples."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.linting.registry import AnyRule
from nixlint.linting.rule import Bad, Good
from nixlint.linting.testing import files_of, marked_spans

from .formats import Described
from .known_elsewhere import known_elsewhere


def title(rule: Described) -> str:
    """The first sentence of a rule's page."""
    return rule.page.partition("\n")[0]


def can_fix(rule: AnyRule) -> bool:
    """Whether the rule has fixes: whether one of its examples is fixed."""
    return any(isinstance(example, Bad) and example.fixed is not None for example in rule.examples)


def page(rule: AnyRule) -> str:
    """The whole page."""
    body = rule.page.strip()
    first, _, rest = body.partition("\n")
    facts = [
        f"`{rule.code}`",
        f"severity **{rule.severity.value}**",
        f"confidence **{rule.confidence.value}**",
        "fix available" if can_fix(rule) else "no fix",
        *(["only with `--pedantic`"] if rule.pedantic else []),
    ]
    examples = "\n".join(_examples(rule)).strip()
    return f"# {rule.name}\n\n{first}\n\n{' · '.join(facts)}\n{rest}\n\n{_elsewhere(rule)}## Examples\n\n{examples}\n"


def demand_page(demand: Described) -> str:
    """The page of a demand on rules."""
    first, _, rest = demand.page.partition("\n")
    return f"# {demand.name}\n\n{first}\n\n`{demand.code}` · severity **{demand.severity.value}**\n{rest}"


def _elsewhere(rule: AnyRule) -> str:
    """What other catalogues call the risk, with a heading; nothing where none does."""
    namings = known_elsewhere(rule.name) or ()
    listed = "".join(f"- {naming}\n" for naming in namings)
    return f"## Known elsewhere as\n\n{listed}\n" if namings else ""


def _examples(rule: AnyRule) -> Iterator[str]:
    for example in rule.examples:
        if isinstance(example, Bad):
            yield f"### Found: {example.title}\n"
            yield from _files(example.files)
            if example.fixed is not None:
                yield "Fixed:\n"
                yield from _files(example.fixed)
    yield "### Not found\n"
    for example in rule.examples:
        if isinstance(example, Good):
            yield f"{example.title[:1].upper()}{example.title[1:]}:\n"
            yield from _files(example.files)


def _files(files: object) -> Iterator[str]:
    assert isinstance(files, str | dict)
    named = files_of(files)
    for name, text in named.items():
        if len(named) > 1:
            yield f"`{name}`\n"
        yield f"```nix\n{marked_spans(text.encode())[0].decode().rstrip()}\n```\n"
