"""Writes ``docs/rules/``, a page for each rule and an index of them, ``docs/severity.md`` and ``docs/catalogue.md``, from
what the rules and the data files say.
"""

from __future__ import annotations

import inspect
import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from typing import Any

import nixlint.rule
from nixlint.linting.registry import Registry, load_registry
from nixlint.linting.rule_index import FILE_NAME, index_text
from nixlint.reporting.known_elsewhere import Naming, Risk, known_elsewhere
from nixlint.reporting.rule_page import can_fix, page, title
from nixlint.rule import API_VERSION, GROUPS

FOLDER = Path(__file__).parent


def pages(registry: Registry) -> Mapping[str, str]:
    """The text of each file in the folder of rules, by its name."""
    rules = registry.rules.values()
    rows = [
        f"| `{rule.code}` | [{rule.name}]({rule.name}.md) | {rule.severity.value} | {'yes' if can_fix(rule) else ''} "
        f"| {title(rule)} |"
        for rule in rules
    ]
    head = ["# Rules", "", "| code | rule | severity | fix | what it finds |", "| --- | --- | --- | --- | --- |"]
    return {"README.md": "\n".join([*head, *rows]) + "\n"} | {f"{rule.name}.md": page(rule) for rule in rules}


def severity_page(registry: Registry) -> str:
    """The table that severities are derived from, and the cell of every rule that has one."""
    known = tomllib.loads((files("nixlint.data") / "severities.toml").read_text("utf-8"))
    return "\n".join(
        [
            _SEVERITY_HEAD,
            "## What has to happen first\n",
            *(f"- **{term['name']}**: {term['means']}" for term in known["preconditions"]),
            "\n## How far it gets\n",
            *(f"- **{term['name']}**: {term['means']}" for term in known["reaches"]),
            "\n## What follows\n",
            *_matrix(known),
            "\n## The rules\n",
            "Where findings of one rule differ, the other cases stand below it.\n",
            "| rule | first | reach | severity | because |",
            "| --- | --- | --- | --- | --- |",
            *(row for name in registry.rules if name in known["rules"] for row in _severity_rows(name, known)),
            "",
        ]
    )


_SEVERITY_HEAD = """\
# Severities

How severe a finding is follows from two questions: what has to happen before it hurts, and how far it gets then. This page
is made from [`nixlint/data/severities.toml`](../nixlint/data/severities.toml), and tests hold the rules to it. How *sure* a
finding is does not count here: that is its confidence. How to give a rule another severity, and what it does to the exit
code, is in [configuration.md](configuration.md).
"""


def _matrix(known: Mapping[str, Any]) -> Iterator[str]:
    reaches = known["reaches"]
    yield "| | " + " | ".join(reach["name"] for reach in reaches) + " |"
    yield "| --- |" + " --- |" * len(reaches)
    for precondition in known["preconditions"]:
        cells = known["table"][precondition["key"]]
        yield f"| **{precondition['name']}** | " + " | ".join(cells[reach["key"]] for reach in reaches) + " |"


def _severity_rows(name: str, known: Mapping[str, Any]) -> Iterator[str]:
    rule = known["rules"][name]
    yield f"| [{name}](rules/{name}.md) | {_severity_cell(rule, known)} |"
    for case in rule.get("also", ()):
        yield f"| – {case['when']} | {_severity_cell(case, known)} |"


def _severity_cell(entry: Mapping[str, str], known: Mapping[str, Any]) -> str:
    first, reach = entry["precondition"], entry["reach"]
    names = (_name(known["preconditions"], first), _name(known["reaches"], reach))
    return " | ".join((*names, known["table"][first][reach], entry["because"]))


def _name(terms: list[Mapping[str, str]], key: str) -> str:
    return next(term["name"] for term in terms if term["key"] == key)


def catalogue_page(registry: Registry) -> str:
    """What other catalogues call the risk of each rule, and where each name was seen."""
    namings = {name: known_elsewhere(name) for name in registry.rules}
    sources = dict.fromkeys((found.catalogue, found.source) for known in namings.values() for found in known or ())
    rows = [
        f"| [{name}](rules/{name}.md) | {'<br>'.join(map(_naming, known)) or 'none that we know'} |"
        for name, known in namings.items()
        if known is not None
    ]
    return "\n".join(
        [
            _CATALOGUE_HEAD,
            *(f"- **{catalogue}**: {source}" for catalogue, source in sources),
            "\n## The rules\n",
            "| rule | known elsewhere as |",
            "| --- | --- |",
            *rows,
            "",
        ]
    )


_CATALOGUE_HEAD = """\
# What others call it

The risk that each rule is about, in the catalogues of other tools. It is the same risk, not the same check: most of them
look at Compose files, Dockerfiles or Kubernetes, and but for NixOS itself none looks at options of NixOS. This page is made
from [`nixlint/data/catalogue.toml`](../nixlint/data/catalogue.toml), which names the file in which each name was seen.

## Where the names are from
"""


def _naming(found: Naming) -> str:
    return f"**{found.catalogue}**: " + "; ".join(map(_risk, found.risks))


def _risk(risk: Risk) -> str:
    name = risk.name.replace("|", "\\|")
    if not name:
        return f"\u201c{risk.identifier.replace('<', '&lt;')}\u201d"
    return f"`{risk.identifier}` {name}"


def rule_api_page() -> str:
    """The names that rules may use, by what they are for, with the first sentence of what each says of itself."""
    groups = (line for title, names in GROUPS.items() for line in _rule_api_group(title, names))
    return "\n".join([_RULE_API_HEAD, *groups, ""])


_RULE_API_HEAD = f"""\
# What rules may use

This is version {API_VERSION} of the rule API (`nixlint.rule.API_VERSION`).

A rule, of nixlint or of anybody's pack, imports the names on this page from `nixlint.rule`, the containers of
`nixlint.containers`, the words of `nixlint.secrets` and the test scripts of `nixlint.python_in_nix`. Its test imports
`nixlint.rule.testing`. [rule-packs.md](rule-packs.md) shows how to write, vet, permit, publish and upgrade rules,
[CONTRIBUTING.md](../CONTRIBUTING.md) how to write a good one. This page is made from `nixlint/rule/__init__.py`.

## What stays

Within a version, a name on this page and an attribute of `Rule` keep their meaning, and names are only added. A name that is
to go is said in the changelog at least two minor versions before; it goes with the next version of the rule API, and
`nixlint rules upgrade` rewrites the rules. The other modules that rules may import have no such promise: what they
describe is still growing.
"""


def _rule_api_group(title: str, names: Mapping[str, str]) -> Iterator[str]:
    yield f"## {_plain(title)}\n"
    yield "| name | what it is |\n| --- | --- |"
    for name in names:
        found = getattr(nixlint.rule, name)
        is_documented = inspect.isclass(found) or inspect.isroutine(found)
        first = (inspect.getdoc(found) or "").partition("\n\n")[0] if is_documented else ""
        yield f"| `{name}` | {_plain(' '.join(first.split())) or _OTHER_NAMES[name]} |"
    yield ""


_OTHER_NAMES = {
    "PLAIN_PRIORITY": "The priority of a definition without `mkOverride`.",
    "Value": "What an expression comes to: any of the values above, or another that is not public.",
}


def _plain(text: str) -> str:
    """A docstring's text as Markdown."""
    return re.sub(r":\w+:`~?([^`]*)`", r"`\1`", text).replace("``", "`").replace("|", "\\|")


def main() -> None:
    """Bring the pages up to date."""
    registry = load_registry()
    rules = FOLDER / "rules"
    rules.mkdir(exist_ok=True)
    wanted = pages(registry)
    for path in rules.glob("*.md"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (rules / name).write_text(text, "utf-8")
    (FOLDER / "severity.md").write_text(severity_page(registry), "utf-8")
    (FOLDER / "catalogue.md").write_text(catalogue_page(registry), "utf-8")
    (FOLDER / "rule-api.md").write_text(rule_api_page(), "utf-8")
    (FOLDER.parent / "rules" / FILE_NAME).write_text(rule_index(registry), "utf-8")


def rule_index(registry: Registry) -> str:
    """The index of the rules that come with nixlint."""
    pack = import_module("nixlint_rules")
    return index_text(pack, (rule for rule in registry.rules.values() if rule.module.startswith("nixlint_rules.")))


if __name__ == "__main__":
    main()
