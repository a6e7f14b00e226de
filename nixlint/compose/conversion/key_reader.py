"""Reading a project key by key, so that nothing is lost: what nobody has read is reported in the end.

A key counts as read when its value was asked for. What becomes of a secret in it says the place in the specification
(:mod:`nixlint.compose.text_places`): a path or a name is written out, a setting comes back without its value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from nixlint.compose.access import Access
from nixlint.compose.interpolation import substitute
from nixlint.compose.node import MappingNode, Node, Scalar, Sequence, TreePath, is_null, text_of
from nixlint.compose.short_forms import split_at_colons
from nixlint.compose.text_places import TextPolicy, policy_at
from nixlint.deployment.parts import Remark, RemarkKind
from nixlint.deployment.symbolic_text import MARK, symbolic
from nixlint.secrets.names import is_hidden
from nixlint.secrets.parts import holds_secret, secret_parts_of_text
from nixlint.syntax.place import Place
from nixlint.syntax.span import Span

from .known_secrets import KnownSecrets, is_named_secret, is_plain, names_secret

_NAME = re.compile(r"(?<!\$)\$\{?([A-Za-z_]\w*)")
_SHOWN = 40
_MOST_PARTS = 12
"""A text of more parts is no short form."""


class Pair(NamedTuple):
    """A name and its value in a mapping, or in a sequence of ``name=value``; ``None`` for a name that stands alone."""

    name: str
    value: str | None
    place: Place
    scalar: Scalar


class Notes:
    """The remarks of a conversion, in order, and the keys that were read.

    ``symbols`` are the variables that stay variables, with their values; ``None`` where none are to. ``access`` is the way
    to the files that the project names, ``directory`` its folder, from which relative paths count.
    """

    def __init__(
        self,
        secrets: KnownSecrets,
        symbols: dict[str, str] | None,
        environment: Mapping[str, str],
        access: Access,
        directory: str,
    ) -> None:
        self._remarks: dict[Remark, None] = {}
        self.read: set[str] = set()
        self.kept: set[str] = set()
        self.secrets = secrets
        self.symbols = symbols
        self.access = access
        self.directory = directory
        self.environment = environment

    @property
    def remarks(self) -> tuple[Remark, ...]:
        """The remarks, each once."""
        return tuple(self._remarks)

    def symbolic(self, scalar: Scalar) -> str | None:
        """The text of a scalar with its variables kept, where that is wanted and possible."""
        found = self._part(scalar) if self.symbols is not None else None
        if found is None or self.symbols is None:
            return None
        text, values = found
        if any(self.symbols.get(name, value) != value for name, value in values.items()):
            return None
        self.symbols.update(values)
        return text

    def variables(self, scalar: Scalar) -> frozenset[str]:
        """The variables whose values are in a scalar, which may be a part of a short form that has more of them."""
        found = self._part(scalar)
        return scalar.variables if found is None else scalar.variables & found[1].keys()

    def _part(self, scalar: Scalar) -> tuple[str, dict[str, str]] | None:
        """The template of a scalar with marks, and the values for them; of a short form the parts that give the value."""
        if scalar.template is None:
            return None
        value = text_of(scalar.value)
        for template in _parts(scalar.template):
            found = symbolic(template)
            if found is None:
                continue
            text, names = found
            values = {name: self._value(name, template) for name in names}
            if _with_values(text, values) == value:
                return text, values
        return None

    def _value(self, name: str, template: str) -> str:
        return self.environment.get(name) or substitute(f"${{{name}{_default(name, template)}}}", self.environment).text

    def add(self, kind: RemarkKind, key: str, message: str, place: Place | None, *, incomplete: bool = False) -> None:
        """Note something once."""
        parts = key.split(".")
        service = parts[1] if parts[0] == "services" and len(parts) > 1 else None
        self._remarks.setdefault(Remark(kind, key, message, place, service, incomplete))


class KeyReader:
    """A mapping of a project and the key at which it stands; ``where`` is its place in the specification."""

    def __init__(self, node: MappingNode, key: str, notes: Notes, where: TreePath = ()) -> None:
        self.node = node
        self.key = key
        self.notes = notes
        self.where = where

    def __contains__(self, name: str) -> bool:
        return not is_null(self.node.entries.get(name))

    def place(self, name: str) -> Place:
        """Where a key is written, or else the mapping that would have it."""
        return self.node.key_place(name) if name in self.node.entries else self.node.place

    def spans(self) -> dict[str, Place]:
        """Where each entry that is written stands, from its key to the end of its value."""
        entries = self.node.entries
        return {name: _whole(place, entries[name]) for name, place in self.node.key_places.items() if name in entries}

    def path(self, name: str) -> str:
        """The key of an entry."""
        return f"{self.key}.{name}"

    def node_of(self, name: str) -> Node | None:
        """The node of an entry, all of it read."""
        if name in self.node.entries:
            self.notes.read.add(self.path(name))
        return self.node.get(name)

    def read_whole(self, name: str) -> None:
        """Count an entry as read, with all that is in it."""
        node = self.node_of(name)
        for index, _ in enumerate(node.items if isinstance(node, Sequence) else ()):
            self.notes.read.add(f"{self.path(name)}[{index}]")

    def text(self, name: str) -> str | None:
        """The text of a scalar, without secrets in it."""
        node = self.node_of(name)
        if not isinstance(node, Scalar) or node.value is None:
            return None
        return self._shown(node, self.path(name), keeps_variables=True)

    def identifier(self, name: str) -> str | None:
        """The text of a scalar that names something: there a variable never stays one."""
        node = self.node_of(name)
        if not isinstance(node, Scalar) or node.value is None:
            return None
        return self._shown(node, self.path(name), keeps_variables=False)

    def flag(self, name: str) -> bool | None:
        """A switch."""
        text = self.text(name)
        return None if text is None else text.lower() in ("true", "yes", "on", "y")

    def number(self, name: str) -> int | None:
        """A whole number."""
        text = self.text(name)
        try:
            return None if text is None else int(float(text))
        except ValueError:
            return None

    def texts(self, name: str) -> tuple[tuple[str, Place], ...]:
        """The texts of a sequence, or of the one that stands for it."""
        node = self.node_of(name)
        items = node.items if isinstance(node, Sequence) else () if node is None else (node,)
        return tuple(
            (self._shown(item, f"{self.path(name)}[{index}]", keeps_variables=True), item.place)
            for index, item in enumerate(items)
            if isinstance(item, Scalar)
        )

    def pairs(self, name: str) -> tuple[Pair, ...]:
        """Names and values in either form, secrets and all: for those who know what to do with them. A name that is itself
        a secret is left out, which is noted.
        """
        found = self._all_pairs(name)
        fine = tuple(pair for pair in found if not _is_secret_itself(pair))
        if len(fine) != len(found):
            message = "the name of something in it is a secret, and is left out: set it without the store"
            self.needs_you(self.path(name), message, self.place(name), incomplete=True)
        return fine

    def _all_pairs(self, name: str) -> tuple[Pair, ...]:
        node = self.node_of(name)
        match node:
            case MappingNode():
                return tuple(
                    Pair(key, None if is_null(entry) else text_of(entry.value), node.key_place(key), entry)
                    for key, entry in node.entries.items()
                    if isinstance(entry, Scalar)
                )
            case Sequence():
                return tuple(_pair(item) for item in node.items if isinstance(item, Scalar))
            case _:
                return ()

    def shown_pairs(self, name: str) -> tuple[tuple[str, str, Place], ...]:
        """Names and values, without those that are secrets; a name that stands alone has an empty value."""
        is_setting = policy_at((*self.where, name)) is TextPolicy.SETTING
        keyed = ((pair, self.path(f"{name}.{pair.name}")) for pair in self.pairs(name))
        return tuple(
            (pair.name, self._value_of(pair, key), pair.place)
            for pair, key in keyed
            if not (is_setting and self._is_withheld(pair, key))
        )

    def secret_pairs(self, name: str, fits: Callable[[str, str], bool]) -> tuple[tuple[str, str], ...]:
        """Those of the pairs that are secrets and fit, for one who keeps them out of the store; ask before the others."""
        found: list[tuple[str, str]] = []
        for pair in self.pairs(name):
            key = self.path(f"{name}.{pair.name}")
            if self._secret_of(pair) is not None and pair.value is not None and fits(pair.name, pair.value):
                self.notes.kept.add(key)
                self.approximated(key, f"{pair.name}: it is a secret, in a file outside of the store", pair.place)
                found.append((pair.name, pair.value))
        return tuple(found)

    def _value_of(self, pair: Pair, key: str) -> str:
        if pair.value is None:
            return ""
        # A name is always written out; where a variable is in it, so is the value behind it.
        is_alone = pair.value == text_of(pair.scalar.value)
        is_written = is_alone or (pair.scalar.template or "").startswith(f"{pair.name}=")
        return self._shown(pair.scalar, key, keeps_variables=is_written).removeprefix(f"{pair.name}=")

    def _is_withheld(self, pair: Pair, key: str) -> bool:
        """Whether a setting is left out, for it is a secret; where nobody keeps it elsewhere that is noted."""
        secret = self._secret_of(pair)
        if secret is not None and key not in self.notes.kept:
            message = f"{pair.name} is left out, for the secret {secret} is in it: set it without the store"
            self.needs_you(key, message, pair.place, incomplete=True)
        return secret is not None

    def _secret_of(self, pair: Pair) -> str | None:
        """The name of the secret that is in a setting; ``None`` where there is none."""
        value = pair.value or ""
        named = names_secret(tuple(sorted(variables_in(pair.scalar))), value)
        if named is not None:
            return named
        is_named = is_named_secret(pair.name, value)
        is_known = value in self.notes.secrets and self.notes.secrets.is_evidence(value)
        is_seen = not is_plain(value) and bool(secret_parts_of_text(value))
        return pair.name if is_named or is_known or is_seen else None

    def child(self, name: str) -> KeyReader | None:
        """The mapping at an entry."""
        node = self.node.get(name)
        if not isinstance(node, MappingNode):
            return None
        return KeyReader(node, self.path(name), self.notes, (*self.where, name))

    def children(self, name: str) -> Iterator[tuple[str, KeyReader]]:
        """The mappings below an entry, with their names; an empty one for a name of which nothing is said."""
        node = self.node.get(name)
        for key, entry in node.entries.items() if isinstance(node, MappingNode) else ():
            path = f"{self.path(name)}.{key}"
            place = _whole(node.key_place(key) if isinstance(node, MappingNode) else entry.place, entry)
            if is_null(entry):
                self.notes.read.add(path)
            below = entry if isinstance(entry, MappingNode) else MappingNode({}, entry.place)
            where = (*self.where, name, "*")
            yield key, KeyReader(MappingNode(below.entries, place, below.key_places), path, self.notes, where)

    def elements(self, name: str) -> Iterator[KeyReader]:
        """The mappings in a sequence."""
        node = self.node.get(name)
        for index, item in enumerate(node.items if isinstance(node, Sequence) else ()):
            if isinstance(item, MappingNode):
                yield KeyReader(item, f"{self.path(name)}[{index}]", self.notes, (*self.where, name, "[]"))

    def _shown(self, scalar: Scalar, key: str, *, keeps_variables: bool) -> str:
        """A text as it may be written into Nix: what has the shape of a secret is withheld."""
        text = text_of(scalar.value)
        if holds_secret(text):
            message = "a secret is in it and was left out: put it there without the store"
            self.needs_you(key, message, scalar.place, incomplete=True)
            return _without_secret(text)
        kept = self.notes.symbolic(scalar) if keeps_variables else None
        for name in sorted(self.notes.variables(scalar)):
            self.approximated(key, f"{name}: its value is written into the module", scalar.place)
        return text if kept is None else kept

    def needs_you(self, key: str, message: str, place: Place | None, *, incomplete: bool = False) -> None:
        """Note that a person has to do something; ``incomplete`` says that the module lacks something until then."""
        self.notes.add(RemarkKind.NEEDS_YOU, key, message, place, incomplete=incomplete)

    def approximated(self, key: str, message: str, place: Place | None) -> None:
        """Note that something is not quite the same."""
        self.notes.add(RemarkKind.APPROXIMATED, key, message, place)

    def dropped(self, name: str, message: str) -> None:
        """Note that an entry, now read, could not be carried; with its value, so that a person sees which."""
        node = self.node.entries.get(name)
        if node is not None and not is_null(node):
            self.notes.read.add(self.path(name))
            self.notes.add(RemarkKind.DROPPED, self.path(name), f"{brief(name, node)}{message}", self.place(name))

    def note_unread(self) -> None:
        """Report every entry that nobody has read."""
        for key, place, node in _unread(self.node, self.key, self.notes.read):
            name = key.rpartition(".")[2]
            if not name.startswith("x-"):
                self.notes.add(
                    RemarkKind.DROPPED, key, f"{brief(name, node)}NixOS has nothing that does the same", place
                )


def _with_values(text: str, values: Mapping[str, str]) -> str:
    """A text with the values of its marks."""
    return MARK.sub(lambda match: values[match[1]], text)


def _parts(template: str) -> Iterator[str]:
    """A template, and then the runs of its parts between colons, longer ones first."""
    parts = split_at_colons(template)
    if len(parts) > _MOST_PARTS:
        return
    for length in range(len(parts), 0, -1):
        for start in range(len(parts) - length + 1):
            yield ":".join(parts[start : start + length])


def _default(name: str, template: str) -> str:
    match = re.search(rf"\$\{{{name}(:?-[^${{}}]*)\}}", template)
    return "" if match is None else match[1]


def variables_in(scalar: Scalar) -> frozenset[str]:
    """The variables that a text is made of, whether they are set or not."""
    return scalar.variables | frozenset(_NAME.findall(scalar.template or ""))


def brief(name: str, node: Node) -> str:
    """A value in front of a message, as far as it may be shown; of more than one value the keys."""
    if not isinstance(node, Scalar):
        return f"({', '.join(_keys_of(node))}) "
    if is_hidden(name) or node.variables:
        return ""
    text = text_of(node.value)
    if holds_secret(text) or any(is_hidden(variable) for variable in variables_in(node)):
        return ""
    return f"'{text if len(text) <= _SHOWN else text[:_SHOWN] + '…'}': "


def _whole(key: Place, value: Node) -> Place:
    """From a key to the end of its value, where both are in one file."""
    if key.path != value.place.path or value.place.span.end <= key.span.end:
        return key
    return Place(key.path, Span(key.span.start, value.place.span.end))


def _keys_of(node: Node) -> list[str]:
    """The keys at which there are values below a node."""
    return [path.removeprefix(".") for path, _, _ in _unread(node, "", set())]


def _is_secret_itself(pair: Pair) -> bool:
    """Whether the name is a secret: by its shape, or where it stands alone by the variables that made it."""
    is_made = pair.value is None and pair.scalar.value is not None
    return holds_secret(pair.name) or (
        is_made and names_secret(tuple(variables_in(pair.scalar)), pair.name) is not None
    )


def _pair(item: Scalar) -> Pair:
    name, equals, value = text_of(item.value).partition("=")
    return Pair(name, value if equals else None, item.place, item)


def _without_secret(text: str) -> str:
    hidden = re.sub(r"(://[^/\s:@]*):[^/\s@]+@", r"\1:CHANGE_ME@", text)
    return hidden if not holds_secret(hidden.replace("CHANGE_ME", "")) and hidden != text else "CHANGE_ME"


def _unread(node: Node, key: str, read: set[str]) -> Iterator[tuple[str, Place, Node]]:
    match node:
        case MappingNode():
            for name, entry in node.entries.items():
                path = f"{key}.{name}"
                if path in read or name.startswith("x-"):
                    continue
                if _is_leaf(entry):
                    yield path, node.key_place(name), entry
                else:
                    yield from _unread(entry, path, read)
        case Sequence():
            for index, item in enumerate(node.items):
                path = f"{key}[{index}]"
                if path not in read:
                    yield from ((path, item.place, item),) if _is_leaf(item) else _unread(item, path, read)
        case Scalar():
            pass


def _is_leaf(node: Node) -> bool:
    match node:
        case Scalar():
            return node.value is not None
        case _:
            return False
