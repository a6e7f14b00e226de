"""Writes ``docs/rules/``: a page for each rule, and an index of them, from what the rules say of themselves."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from nixlint.linting.registry import Registry, load_registry
from nixlint.reporting.rule_page import can_fix, page, title

FOLDER = Path(__file__).parent / "rules"


def pages(registry: Registry) -> Mapping[str, str]:
    """The text of each file in the folder, by its name."""
    rules = registry.rules.values()
    rows = [
        f"| `{rule.code}` | [{rule.name}]({rule.name}.md) | {rule.severity.value} | {'yes' if can_fix(rule) else ''} "
        f"| {title(rule)} |"
        for rule in rules
    ]
    head = ["# Rules", "", "| code | rule | severity | fix | what it finds |", "| --- | --- | --- | --- | --- |"]
    return {"README.md": "\n".join([*head, *rows]) + "\n"} | {f"{rule.name}.md": page(rule) for rule in rules}


def main() -> None:
    """Bring the folder up to date."""
    FOLDER.mkdir(exist_ok=True)
    wanted = pages(load_registry())
    for path in FOLDER.glob("*.md"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, "utf-8")


if __name__ == "__main__":
    main()
