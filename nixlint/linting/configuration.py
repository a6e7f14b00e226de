"""``nixlint.toml``: what it may say, and reading it without letting a mistake pass.

Keys: ``select``, ``ignore``, ``exclude``, ``plugins``, ``nixos-release``, ``[per-path-ignores]`` (pattern to rules) and
``[severity]`` (rule to severity). A key, a rule or a value that does not exist is an error that names the place and what was
meant.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from nixlint.files.ignore_patterns import BadPattern, PathPatterns
from nixlint.files.reading import Anywhere, Kind, Reader, reason_of
from nixlint.files.tree import Tree
from nixlint.semantics.language.documents import DocumentError, read_toml
from nixlint.syntax.span import LineIndex, Position

from .finding import Severity

if TYPE_CHECKING:
    from .packs.folder_packs import FolderPacks, NamedFolder
    from .registry import Registry

FILE_NAME = "nixlint.toml"


class ConfigurationError(Exception):
    """What is wrong with a configuration, and where."""

    def __init__(self, message: str, path: Path | None = None, position: Position | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.path = path
        self.position = position


@dataclass(frozen=True, eq=False)
class Configuration:
    """What a ``nixlint.toml`` says; rules by name. Patterns are those of ``.gitignore``, relative to ``folder``."""

    folder: Path
    select: frozenset[str] | None = None
    """The rules to run; ``None`` for all of them."""
    ignore: frozenset[str] = frozenset()
    exclude: tuple[str, ...] = ()
    per_path_ignores: Mapping[str, frozenset[str]] = field(default_factory=dict)
    severities: Mapping[str, Severity] = field(default_factory=dict)
    nixos_release: str | None = None
    plugins: tuple[NamedFolder, ...] = ()
    """The folders with rules of the repository's own."""

    def excludes(self, path: Path) -> bool:
        """Whether an absolute path is left out."""
        return bool(self.exclude) and _matches(self._exclude_patterns, path, self.folder)

    def ignores(self, rule: str, path: Path) -> bool:
        """Whether a rule is off for an absolute path."""
        return any(
            rule in rules and _matches(patterns, path, self.folder) for patterns, rules in self._ignored_by_pattern
        )

    def as_texts(self) -> Iterator[tuple[str, str]]:
        """All that it says, each key with its values in a fixed order."""
        yield "select", "" if self.select is None else repr(sorted(self.select))
        yield "ignore", repr(sorted(self.ignore))
        yield "exclude", repr(self.exclude)
        yield "per-path-ignores", repr([(pattern, sorted(rules)) for pattern, rules in self.per_path_ignores.items()])
        yield "severity", repr(sorted((rule, severity.value) for rule, severity in self.severities.items()))
        yield "nixos-release", repr(self.nixos_release)
        yield "plugins", repr([each.text for each in self.plugins])

    @cached_property
    def _exclude_patterns(self) -> PathPatterns:
        return PathPatterns(self.exclude)

    @cached_property
    def _ignored_by_pattern(self) -> tuple[tuple[PathPatterns, frozenset[str]], ...]:
        return tuple((PathPatterns([pattern]), rules) for pattern, rules in self.per_path_ignores.items())


def configuration_in(folder: Path, tree: Tree) -> Path | None:
    """The ``nixlint.toml`` in a folder of a repository. One that can't be read is not passed over: it is an error later."""
    path = folder / FILE_NAME
    return None if tree.own_kind(path) in (None, Kind.FOLDER) else path


def users_configuration() -> Path | None:
    """The user's own ``nixlint.toml``, for repositories without one."""
    home = os.environ.get("XDG_CONFIG_HOME") or os.path.join(os.environ.get("HOME", "/"), ".config")  # noqa: PTH118
    user = Path(home) / "nixlint" / FILE_NAME
    return user if Anywhere().kind(user) is Kind.FILE else None


MAX_CONFIGURATION = 256 * 1024
"""How many bytes a configuration may have, as a file of patterns may: each pattern is asked about each file."""


def load_configuration(
    path: Path, folder: Path, registry: Registry, reader: Reader, packs: FolderPacks | None = None
) -> Configuration:
    """Read a configuration whose patterns are relative to ``folder``; ``packs`` are those that it may name.

    Raises :class:`ConfigurationError` where it can't be read or says something that makes no sense.
    """
    try:
        data = reader.read(path, MAX_CONFIGURATION)
    except OSError as error:
        raise ConfigurationError(f"cannot be read: {reason_of(error)}", path) from error
    try:
        document = read_toml(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ConfigurationError("not UTF-8", path, LineIndex(data).position(error.start)) from error
    except DocumentError as error:
        position = LineIndex(data).position(len(data))
        if error.line is not None and error.column is not None:
            position = Position(error.line, error.column)
        raise ConfigurationError(error.message, path, position) from error
    return _Reader(path, data, registry).configuration(document, folder, packs)


class _Reader:
    """Turns a parsed document into a configuration, and says where a mistake stands."""

    def __init__(self, path: Path, data: bytes, registry: Registry) -> None:
        self._path = path
        self._data = data
        self._registry = registry

    def configuration(
        self, document: Mapping[str, object], folder: Path, packs: FolderPacks | None = None
    ) -> Configuration:
        known = ("select", "ignore", "exclude", "per-path-ignores", "severity", "nixos-release", "plugins")
        for key in document:
            if key not in known:
                raise self._error(f"unknown key '{key}'{suggestion(key, known)}", key)
        plugins = self._plugins(document.get("plugins", []), packs)
        select = self._rules(document["select"], "select") if "select" in document else None
        return Configuration(
            folder=folder,
            select=select,
            ignore=self._rules(document.get("ignore", []), "ignore"),
            exclude=tuple(map(self._pattern, self._strings(document.get("exclude", []), "exclude"))),
            per_path_ignores={
                self._pattern(pattern): self._rules(rules, pattern)
                for pattern, rules in self._table(document.get("per-path-ignores", {}), "per-path-ignores").items()
            },
            severities=dict(
                self._severity(rule, severity)
                for rule, severity in self._table(document.get("severity", {}), "severity").items()
            ),
            nixos_release=self._release(document.get("nixos-release")),
            plugins=plugins,
        )

    def _plugins(self, value: object, packs: FolderPacks | None) -> tuple[NamedFolder, ...]:
        """The folders with rules. Those that may run add theirs to the rules that the configuration can name."""
        named = self._strings(value, "plugins")
        if not named:
            return ()
        from .packs.folder import Refused, folder_below
        from .packs.folder_packs import FolderPacks, NamedFolder

        folders = []
        for text in named:
            try:
                path = folder_below(self._path.parent, text)
            except Refused as error:
                raise self._error(f"plugins: {error}", text, is_key=False) from None
            folders.append(NamedFolder(path, text, self._path.parent, self._position(text, is_key=False)))
        self._registry = (packs or FolderPacks()).extended(self._registry, tuple(folders)).registry
        return tuple(folders)

    def _rules(self, value: object, key: str) -> frozenset[str]:
        return frozenset(self._rule(name, is_key=False) for name in self._strings(value, key))

    def _rule(self, name: str, is_key: bool) -> str:
        rule = self._registry.find(name)
        if rule is None and not self._registry.is_whole:
            return name
        if rule is None:
            raise self._error(f"unknown rule '{name}'{suggestion(name, self._registry.names)}", name, is_key)
        return rule.name

    def _pattern(self, pattern: str) -> str:
        try:
            PathPatterns([pattern])
        except BadPattern as error:
            raise self._error(str(error), pattern) from error
        return pattern

    def _severity(self, rule: str, value: object) -> tuple[str, Severity]:
        names = [severity.value for severity in Severity]
        if value not in names:
            raise self._error(f"'{value}' is not a severity{suggestion(str(value), names)}: {', '.join(names)}", rule)
        return self._rule(rule, is_key=True), Severity(value)

    def _release(self, value: object) -> str | None:
        if value is None:
            return None
        from nixlint.semantics.modules.releases import releases

        year, _, month = value.partition(".") if isinstance(value, str) else ("", "", "")
        if not (len(year) == 2 and year.isdecimal() and month in ("03", "05", "09", "11")):
            raise self._error(
                f'nixos-release is a release such as "{releases().default}", not {value!r}', "nixos-release"
            )
        return value if isinstance(value, str) else None

    def _strings(self, value: object, key: str) -> list[str]:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._error(f"'{key}' is a list of strings", key)
        return value

    def _table(self, value: object, key: str) -> dict[str, object]:
        if not isinstance(value, dict):
            raise self._error(f"'{key}' is a table", key)
        return value

    def _error(self, message: str, word: str, is_key: bool = True) -> ConfigurationError:
        return ConfigurationError(message, self._path, self._position(word, is_key))

    def _position(self, word: str, is_key: bool) -> Position | None:
        at = _place_of(word, self._data, is_key)
        return None if at is None else LineIndex(self._data).position(at)


_COMMENT_OR_TEXT = re.compile(
    rb'"""(?:\\.|[^\\])*?"""' rb"|'''.*?'''" rb'|"(?:\\.|[^"\\\n])*"' rb"|'[^'\n]*'|#[^\n]*", re.DOTALL
)
"""What a word in TOML may stand in that is no bare key (toml.io, 'Comment', 'String')."""
_BARE_KEY = re.compile(rb"[A-Za-z0-9_-]+")
_BEHIND_A_KEY = re.compile(rb"[ \t]*[.=]")


def _place_of(word: str, data: bytes, is_key: bool) -> int | None:
    """Where a word stands by itself, as a key or else as a text; ``None`` where it is written in another way."""
    places = [*_places_of(word.encode(), data)]
    return next((at for at, keys in places if keys is is_key), places[0][0] if places else None)


def _places_of(word: bytes, data: bytes) -> Iterator[tuple[int, bool]]:
    """The places of a word outside comments, each with whether it is a key there."""
    at = 0
    while at < len(data):
        part = _COMMENT_OR_TEXT.match(data, at)
        key = None if part is not None else _BARE_KEY.match(data, at)
        found = part or key
        at = at + 1 if found is None else found.end()
        if found is None or found[0].startswith(b"#"):
            continue
        if found[0].strip(b"\"'") == word:
            line = data[data.rfind(b"\n", 0, found.start()) + 1 : found.start()]
            is_key = _BEHIND_A_KEY.match(data, found.end()) is not None or line.lstrip().startswith(b"[")
            yield found.start() + found[0].index(word), is_key


def suggestion(word: str, known: Iterable[str]) -> str:
    """``; did you mean 'x'?`` where a known word is near, else nothing."""
    from difflib import get_close_matches

    near = get_close_matches(word, list(known), n=1)
    return f"; did you mean '{near[0]}'?" if near else ""


def check_rule_names(words: Iterable[str], registries: Iterable[Registry]) -> None:
    """Raise :class:`ConfigurationError` for a rule that no registry has, given by name or code as on a command line."""
    known = tuple(registries)
    if not all(registry.is_whole for registry in known):
        return
    for word in words:
        if all(registry.find(word) is None for registry in known):
            names = dict.fromkeys(name for registry in known for name in registry.names)
            raise ConfigurationError(f"unknown rule '{word}'{suggestion(word, names)}")


def _matches(patterns: PathPatterns, path: Path, folder: Path) -> bool:
    if not path.is_relative_to(folder):
        return False
    return patterns.match(path.relative_to(folder).as_posix())
