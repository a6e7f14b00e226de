"""A new rule with its documentation, its examples and its test, in a folder of rules or in a package of its own.

What is written is ``nixlint/data/rule_templates.toml`` with names filled in. It is a rule that works, to be changed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import NamedTuple

from nixlint.files.reading import Anywhere
from nixlint.files.writing import AlreadyThere, NotWritten, Writer
from nixlint.linting.packs.folder import Refused
from nixlint.linting.packs.importing import is_test

from .declared_rule import DeclaredRule, declared_rules
from .identifiers import Identifiers
from .pack_files import Pack, packs_at
from .parsed_file import ParsedFile, Unreadable

MAX_NAME = 40
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*")
_PACKAGE = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")
_CODE = re.compile(r"([A-Za-z][A-Za-z_-]*)(\d+)")
_OWN_PREFIX = "NL"
_WIDTH = 88
"""How long a line may be by the formatters of Python, where nobody says otherwise."""


class NotMade(Exception):
    """A rule that can't be written; the message says why, and what to do."""


class NewRule(NamedTuple):
    """A rule that was written: its name and code, and the files in the order in which a person looks at them."""

    name: str
    code: str
    files: tuple[Path, ...]


def kinds() -> tuple[str, ...]:
    """What a new rule may ask about."""
    return tuple(_templates()["kinds"])


def new_in_folder(name: str, folder: Path, kind: str, *, force: bool) -> NewRule:
    """Write a rule and its test into a folder of rules, which is made where there is none. Raises :class:`NotMade`."""
    known = _known(folder)
    words = _words(name, kind, known, _own(folder))
    texts = {
        folder / f"{words['module']}.py": _rule_text(words, kind),
        folder / f"test_{words['module']}.py": _filled(_templates()["test"]["folder"], words),
    }
    _write(texts, folder, force=force)
    return NewRule(name, words["code"], tuple(texts))


def new_in_package(name: str, project: Path, kind: str, *, force: bool) -> NewRule:
    """Write a rule and its test into a package, which is made where there is none. Raises :class:`NotMade`."""
    if _PACKAGE.fullmatch(project.name) is None:
        raise NotMade(f"{project.name} is no name of a package: small letters, digits and hyphens")
    package = project.name.replace("-", "_")
    source = project / "src" / package
    words = _words(name, kind, _known(source), _own(source)) | {"project": project.name, "package": package}
    words["import"] = _import(f"{package}.{words['module']}", words["class"])
    skeleton = {project / _filled(path, words): _filled(text, words) for path, text in _templates()["package"].items()}
    texts = {
        source / f"{words['module']}.py": _rule_text(words, kind),
        project / "tests" / f"test_{words['module']}.py": _filled(_templates()["test"]["package"], words),
    }
    missing = {path: text for path, text in skeleton.items() if Anywhere().own_kind(path) is None}
    _write(texts | missing, project, force=force)
    return NewRule(name, words["code"], tuple(texts | missing))


@cache
def _templates() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads((files("nixlint.data") / "rule_templates.toml").read_text("utf-8"))


def _words(name: str, kind: str, known: Iterable[DeclaredRule], own: Mapping[str, str]) -> dict[str, str]:
    """What the templates' words stand for."""
    if _NAME.fullmatch(name) is None or len(name) > MAX_NAME:
        raise NotMade(f"a rule's name is at most {MAX_NAME} small letters, digits and hyphens, such as house-no-telnet")
    module = name.replace("-", "_")
    if is_test(module):
        raise NotMade("a name that begins or ends with 'test' makes a file that nixlint takes for a test")
    holder = Identifiers().holder_of(name)
    if holder is not None:
        raise NotMade(f"the name {name} is that of {holder}; choose another")
    return {
        "name": name,
        "module": module,
        "title": f"What {name} finds",
        "class": "".join(word.capitalize() for word in name.split("-")),
        "kind": _templates()["kinds"][kind],
        "code": own.get(name) or _free_code(name, known),
    }


def _known(folder: Path) -> tuple[DeclaredRule, ...]:
    """The rules that a folder has already, as far as they can be read."""
    if Anywhere().own_kind(folder) is None:
        return ()
    try:
        return declared_rules(_parsed(packs_at(folder)))
    except Refused as error:
        raise NotMade(f"{folder.name}: {error}") from None


def _own(folder: Path) -> Mapping[str, str]:
    """The codes that rules of a folder have, by their names: one that is written again keeps its own."""
    rules = ((rule.text("name"), rule.text("code")) for rule in _known(folder))
    return {name: code for name, code in rules if name is not None and code is not None}


def _parsed(packs: Iterable[Pack]) -> Iterator[ParsedFile]:
    for pack in packs:
        for file in pack.files.values():
            try:
                yield ParsedFile(file)
            except Unreadable:
                continue


def _free_code(name: str, known: Iterable[DeclaredRule]) -> str:
    """A code that goes on where those of the other rules end; of the first rule, one of its first word."""
    codes = [match for rule in known if (match := _CODE.fullmatch(rule.text("code") or "")) is not None]
    prefix = codes[-1][1] if codes else name.partition("-")[0].upper()
    if prefix == _OWN_PREFIX:
        prefix = f"{_OWN_PREFIX}X"
    numbers = [int(match[2]) for match in codes if match[1] == prefix]
    return f"{prefix}{max(numbers, default=0) + 1:03}"


def _rule_text(words: Mapping[str, str], kind: str) -> str:
    parts = {name: text.removeprefix("\n") for name, text in _templates()[kind].items()}
    return _filled(_templates()["rule"]["text"], {**words, **parts})


def _import(module: str, name: str) -> str:
    line = f"from {module} import {name}"
    return line if len(line) <= _WIDTH else f"from {module} import (\n    {name},\n)"


def _filled(template: str, words: Mapping[str, str]) -> str:
    return Template(template).substitute(words)


def _write(texts: Mapping[Path, str], root: Path, *, force: bool) -> None:
    """Write all of some files; none where one is there already, unless by ``force``."""
    taken = [path for path in texts if Anywhere().own_kind(path) is not None]
    if taken and not force:
        raise NotMade(f"{taken[0].relative_to(root.parent)} is there already (--force writes over it)")
    writer = Writer(root)
    for path, text in texts.items():
        try:
            writer.put(path, text.encode(), may_replace=lambda _: force)
        except (NotWritten, AlreadyThere) as error:
            raise NotMade(f"{path.relative_to(root.parent)}: {error}") from error
