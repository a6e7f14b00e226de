"""The module system of NixOS: from modules to the definitions of an option, and whether it is defined at all.

Modelled on nixpkgs' ``lib/modules.nix``: ``imports`` and ``disabledModules``, ``config`` and ``options`` at the top of a
module or everything else as shorthand, the arguments that modules get. The answer to 'is it defined?' has three values,
and *absent* is a proof: every import was resolved and nothing unknown could define it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from nixlint.semantics.language import symbols
from nixlint.semantics.language.interpreter import Interpreter
from nixlint.semantics.language.paths import normalised
from nixlint.semantics.language.property_sets import ATTRIBUTES, as_property, names_of
from nixlint.semantics.language.values import (
    AttrsValue,
    CallValue,
    ChoiceValue,
    ConditionalValue,
    Entry,
    FunctionValue,
    Known,
    ListValue,
    MergeValue,
    OrderValue,
    OverrideValue,
    PathValue,
    PrimitiveValue,
    Resolver,
    StringValue,
    SymbolValue,
    Thunk,
    UnknownValue,
    Value,
)
from nixlint.syntax.place import Place

from .configuration import Configuration
from .import_tree import ImportTree, tree_of
from .known_modules import roots_of
from .option_declarations import Declarations, Declared, Namespace
from .option_history import NO_HISTORY, Change, Names, OptionHistory, Renamed, nixos_history
from .option_path import OptionPath
from .properties import MOST_CONDITIONS, Part, answer_of, branches_of, descend
from .properties import PLAIN_PRIORITY as PLAIN_PRIORITY
from .properties import Answer as Answer
from .properties import Definition as Definition
from .properties import Obstacle as Obstacle
from .properties import Presence as Presence
from .properties import ask_within as ask_within
from .properties import attributes_of as attributes_of
from .properties import reason_of as reason_of

_NOT_SHORTHAND = frozenset({"imports", "disabledModules", "_file", "_class", "key", "require", "freeformType"})
_MAX_CURRYING = 3
"""How many arguments a module may take one after the other (``{ inputs }: { config, ... }: …``)."""
_MOST_IMPORTS = 60
"""How many modules may import one another in a row; real configurations stay below 20."""
_LONGEST_PREFIX = 32
"""How many names may lead to a submodule; types may well contain themselves."""


class _Given(NamedTuple):
    """What a module has at ``config``, or all of it where that is shorthand: worked out when somebody asks."""

    value: Thunk
    name_place: Place | None


class _Import(NamedTuple):
    """A module that another one imports, and the conditions under which it does."""

    module: _Module
    conditions: tuple[Value, ...]


@dataclass(eq=False, slots=True)
class _Module:
    """A module as it was read: what it gives, what it declares, and what it imports or disables."""

    key: str | None
    """What it is known by, if others can name it: its path, or a ``key`` that it has."""
    is_file: bool = False
    """Whether it is a file, which imports nothing but what is written in it."""
    given: list[_Given] = field(default_factory=list)
    options: list[Thunk] = field(default_factory=list)
    imports: list[_Import] = field(default_factory=list)
    disabled: list[str] = field(default_factory=list)
    obstacles: list[Obstacle] = field(default_factory=list)


class ModuleSystem:
    """The modules of one evaluation: of a host, or of a container.

    Built from definitions whose values are modules (functions, sets, paths); ``obstacles`` are reasons known beforehand
    why there may be further modules, and ``interpreter`` bounds the work. ``arguments`` are what modules are given besides
    their own (``specialArgs``).

    With ``follow_imports`` off, it is what these modules alone define, and answers speak of nothing else. Where
    ``is_whole`` is off, definitions may come from elsewhere, and ``config`` is not worked out from those that are here.
    ``given`` is what is known of the arguments of such modules. ``history`` are the names that options have had (those of
    NixOS, where nothing is said): an option has the same answer by each of its names.
    ``foreign`` are the first names of all options that others declare, where that is known. With ``assumes_own``, what its
    modules declare is what they make of it, as if modules that are not known did not define it: likely, and not certain.
    """

    def __init__(
        self,
        modules: tuple[Definition, ...],
        interpreter: Interpreter,
        obstacles: tuple[Obstacle, ...] = (),
        follow_imports: bool = True,
        arguments: Mapping[str, Thunk] | None = None,
        is_whole: bool = True,
        prefix: tuple[str, ...] = symbols.CONFIG,
        foreign: frozenset[str] | None = None,
        assumes_own: bool = False,
        given: Resolver | None = None,
        history: OptionHistory | None = None,
    ) -> None:
        self._interpreter = interpreter
        self._history = nixos_history() if history is None else history
        self._follow_imports = follow_imports
        self._assumes_own = assumes_own
        self._further = obstacles
        self._files: dict[Path, _Module] = {}
        self._doubts: tuple[Value, ...] = ()
        self._depth = 0
        self._own: list[_Module] = []
        self.arguments = arguments or {}
        self.is_loading = True
        resolver = (
            Configuration(self, interpreter, prefix, foreign, assumes_own) if follow_imports and is_whole else None
        )
        self.configuration: Resolver | None = resolver
        self.resolver = resolver or given
        """What the symbols of its modules' arguments know of it: a symbol with another one is of another evaluation."""
        self._argument = Known(SymbolValue(symbols.MODULE_ARGUMENTS, None, self.resolver))
        self._top = _Module(None)
        for module in modules:
            self._load(module.value, self._top, module.conditions, own=True)
        self.is_loading = False

    def ask(self, option: OptionPath) -> Answer:
        """The definitions of an option, by whichever of its names, and whatever may define it besides."""
        names = self.current_name(option.names)
        answer = self._written(OptionPath(names), self._obstacles)
        for carried in self._carried(names):
            answer = Answer((*answer.definitions, *carried.definitions), (*answer.obstacles, *carried.obstacles))
        if not self._doubts:
            return answer
        doubted = tuple(
            definition._replace(conditions=(*definition.conditions, *self._doubts)) for definition in answer.definitions
        )
        return answer._replace(definitions=doubted)

    def definitions(self, option: OptionPath) -> tuple[Definition, ...]:
        """The definitions of an option, those under unknown conditions included."""
        return self.ask(option).definitions

    def presence(self, option: OptionPath) -> Presence:
        """Whether an option is defined."""
        return self.ask(option).presence

    def children(self, option: OptionPath) -> tuple[tuple[str | None, Definition], ...]:
        """The names defined directly below an option, each with its definition; ``None`` for one that is not known."""
        names = self.current_name(option.names)
        written = tuple(
            child
            for part in descend(self._parts_for(OptionPath(names)), OptionPath(names), self.is_prefix)
            if isinstance(part, Part) and (decided := part.decided) is not None
            for child in attributes_of(decided.definition)
        )
        carried = (found for answer in self._carried(names) for found in answer.definitions)
        return (*written, *(child for definition in carried for child in attributes_of(definition)))

    def current_name(self, names: Names) -> Names:
        """The name that an option has today, unless the modules declare the old name themselves."""
        return names if self.change_followed(names) is None else self._history.current(names)

    def change_followed(self, names: Names) -> Change | None:
        """The change after which an option has another name here."""
        change = self._history.change_at(names)
        if change is None or self._history.current(names) == names:
            return None
        return change if self._holds(change) else None

    def is_prefix(self, names: tuple[str | None, ...]) -> bool:
        """Whether names certainly lead to options, and not to one option: the top, and what its modules declare so."""
        known = tuple(name for name in names if name is not None)
        return not names or (len(known) == len(names) and isinstance(self.declarations.find(known), Namespace))

    @property
    def is_whole(self) -> bool:
        """Whether all that is defined in this evaluation, as far as it is known, is here."""
        return self.configuration is not None

    @property
    def is_assuming(self) -> bool:
        """Whether it is taken for granted that something unknown does not set the options that its modules declare."""
        return self._assumes_own and bool(self._obstacles)

    @property
    def files(self) -> frozenset[Path]:
        """The files that the modules import, directly or not."""
        return frozenset(self._files)

    @property
    def all_files(self) -> frozenset[Path]:
        """The files that the modules import, folders by their ``default.nix``."""
        return frozenset(path if path.suffix == ".nix" else path / "default.nix" for path in self._files)

    @property
    def certain_files(self) -> frozenset[Path]:
        """Those of the files that are certainly imported, and not disabled."""
        certain = {id(found.module) for found in self._active if not found.conditions}
        files = {path for path, module in self._files.items() if id(module) in certain}
        return frozenset(path if path.suffix == ".nix" else path / "default.nix" for path in files)

    @property
    def body(self) -> Place | None:
        """Where the set stands in which one of the modules given, not one that it imports, defines its options."""
        given = (given.value.force() for module in self._own for given in module.given)
        return next((value.place for value in given if isinstance(value, AttrsValue) and value.place is not None), None)

    @cached_property
    def declarations(self) -> Declarations:
        """The options that its modules declare."""
        return Declarations([root for found in self._active for root in found.module.options], self._interpreter)

    def nested(self, modules: tuple[Definition, ...], answer: Answer, prefix: tuple[str, ...]) -> Resolver | None:
        """The configuration of a submodule at a path: its own modules, and what is defined there."""
        if len(prefix) > _LONGEST_PREFIX:
            return None
        inner = ModuleSystem(
            modules,
            self._interpreter,
            arguments={"name": Known(StringValue((prefix[-1],)))},
            prefix=prefix,
            foreign=frozenset(),
            assumes_own=self._assumes_own,
            history=NO_HISTORY,
        )
        for definition in answer.definitions:
            inner.add(definition)
        return inner.configuration

    def add(self, definition: Definition) -> None:
        """Add a definition of the whole: a module where it is a function or a path, else what it defines."""
        if isinstance(definition.value, FunctionValue | PathValue):
            self.is_loading = True
            self._load(definition.value, self._top, definition.conditions)
            self.is_loading = False
        else:
            self._top.given.append(_Given(Known(definition.value), definition.name_place))

    # -- loading ------------------------------------------------------------------------------------------------

    def _load(self, value: Value, into: _Module, conditions: tuple[Value, ...], own: bool = False) -> None:
        """Read a module and hang it below the one that imports it."""
        if self._depth > _MOST_IMPORTS:
            into.obstacles.append(Obstacle("imports that lead too deep", value.place))
            return
        self._depth += 1
        try:
            self._load_called(self.called(value), into, conditions, own)
        finally:
            self._depth -= 1

    def _load_called(self, value: Value, into: _Module, conditions: tuple[Value, ...], own: bool) -> None:
        value = as_property(value)
        match value:
            case PathValue(path=path):
                self._load_file(path, value, into, conditions)
            case StringValue(text=str() as text) if text.startswith("/"):
                self._load_file(Path(text), PathValue(Path(text), value.place), into, conditions)
            case StringValue(parts=(PathValue(path=path), str() as below)) if below.startswith("/"):
                # A folder that is copied to the store: what is in it is the same there.
                copied = normalised(f"{path}{below}")
                self._load_file(copied, PathValue(copied, value.place), into, conditions)
            case AttrsValue():
                module = _Module(None)
                into.imports.append(_Import(module, conditions))
                module.key = _text_at(value, "key")
                self._load_set(value, module)
                if own and not conditions:
                    self._own.append(module)
            case ChoiceValue() if len(conditions) <= MOST_CONDITIONS:
                for alternative, condition in branches_of(value):
                    self._load(alternative.force(), into, (*conditions, condition))
            case CallValue() if (tree := tree_of(value)) is not None:
                self._load_tree(tree, value, into, conditions)
            case ListValue() if not self._follow_imports:
                # No module for NixOS, but what one's own makers of modules take: a list of what it defines.
                for element in value.elements:
                    self._load(element.force(), into, conditions, own)
            case ConditionalValue() | MergeValue() | OverrideValue() | OrderValue():
                module = _Module(None, given=[_Given(Known(value), value.place)])
                into.imports.append(_Import(module, conditions))
            case _:
                self._load_unknown(value, into, conditions)

    def _load_tree(self, tree: ImportTree, value: Value, into: _Module, conditions: tuple[Value, ...]) -> None:
        """Load the files of a tree, as ``import-tree`` does."""
        files = self._interpreter.files
        found = None if files is None else tree.paths(files, self._interpreter)
        if found is None:
            self._load_unknown(value, into, conditions)
            return
        for path, doubt in found:
            self._load_file(path, PathValue(path, value.place), into, (*conditions, *doubt))

    def _load_unknown(self, value: Value, into: _Module, conditions: tuple[Value, ...]) -> None:
        """Take a module that is not known: one of NixOS adds nothing here, one of a known project what it may define."""
        roots = roots_of(value)
        if roots is None:
            into.obstacles.append(Obstacle(f"a module that is not known: {reason_of(value)}", value.place))
            return
        reason = UnknownValue(f"a module that is not known: {reason_of(value)}", value.place)
        for root in roots:
            defined: Value = reason
            for name in reversed(root):
                defined = AttrsValue({name: Entry(Known(defined))})
            module = _Module(None, given=[_Given(Known(defined), value.place)])
            into.imports.append(_Import(module, (*conditions, reason)))

    def called(self, value: Value) -> Value:
        """A module as what it gives when it is called with its arguments."""
        for _ in range(_MAX_CURRYING):
            if not isinstance(value, FunctionValue | PrimitiveValue):
                break
            value = self._interpreter.apply(value, self._argument, value.place)
        return value

    def _load_file(self, path: Path, value: PathValue, into: _Module, conditions: tuple[Value, ...]) -> None:
        known = self._files.get(path)
        if known is None:
            known = self._files[path] = _Module(str(path), is_file=True)
            self._load(self._interpreter.file(path, value.place), known, ())
            for content in known.imports:
                known.key, content.module.key = content.module.key or known.key, None
        into.imports.append(_Import(known, conditions))

    def _load_set(self, value: AttrsValue, module: _Module) -> None:
        imports = value.entries.get("imports")
        if imports is not None and self._follow_imports:
            self._load_imports(imports.value.force(), module, ())
        self._note_disabled(value, module)
        if value.is_open and imports is None:
            module.obstacles.append(Obstacle("imports that are not known", value.place))
        if value.entries.keys().isdisjoint({"config", "options"}):
            entries = {name: entry for name, entry in value.entries.items() if name not in _NOT_SHORTHAND}
            shorthand = AttrsValue(entries, value.dynamic, value.unknowns, value.place)
            module.given.append(_Given(Known(shorthand), value.place))
            return
        config, options = value.entries.get("config"), value.entries.get("options")
        if config is not None:
            module.given.append(_Given(config.value, config.name_place))
        if options is not None:
            module.options.append(options.value)
        module.given.extend(_Given(Known(unknown), unknown.place) for unknown in value.unknowns)

    def _note_disabled(self, value: AttrsValue, module: _Module) -> None:
        """Remember what a module takes away; the modules of NixOS itself, named by strings, define nothing here."""
        entry = value.entries.get("disabledModules")
        disabled = None if entry is None else entry.value.force()
        if disabled is None:
            return
        items = [element.force() for element in disabled.elements] if isinstance(disabled, ListValue) else []
        keys = [_key_of(item) for item in items]
        if not isinstance(disabled, ListValue) or disabled.unknowns or None in keys:
            self._doubts = (UnknownValue("disabledModules may take it away", disabled.place),)
        module.disabled.extend(key for key in keys if key is not None)

    def _load_imports(self, value: Value, into: _Module, conditions: tuple[Value, ...]) -> None:
        match value:
            case ListValue():
                for element in value.elements:
                    self._load(element.force(), into, conditions)
                for unknown in value.unknowns:
                    self._load_possible(unknown.force(), into, conditions)
            case ChoiceValue() if len(conditions) <= MOST_CONDITIONS:
                for alternative, condition in branches_of(value):
                    self._load_imports(alternative.force(), into, (*conditions, condition))
            case _:
                into.obstacles.append(Obstacle(f"imports that are not known: {reason_of(value)}", value.place))

    def _load_possible(self, value: Value, into: _Module, conditions: tuple[Value, ...]) -> None:
        """Take what may be among the modules of a list: a module, or further ones."""
        match value:
            case ListValue():
                self._load_imports(value, into, conditions)
            case ChoiceValue() if len(conditions) <= MOST_CONDITIONS:
                for alternative, condition in branches_of(value):
                    self._load_possible(alternative.force(), into, (*conditions, condition))
            case _:
                # Whatever the conditions are: a filter may have left it out.
                self._load(value, into, (*conditions, UnknownValue("whether it is among the modules", value.place)))

    # -- options by their earlier names ---------------------------------------------------------------------------

    def _written(self, option: OptionPath, further: tuple[Obstacle, ...] = ()) -> Answer:
        """What is defined by this very name."""
        return answer_of(self._parts_for(option), option, further, self.is_prefix)

    def _carried(self, names: Names) -> Iterator[Answer]:
        """What the earlier names of an option, and of the options below it, contribute to it."""
        for change, below in self._history.spellings(names):
            answer = self._written(OptionPath((*change.old, *below)))
            if (answer.definitions or answer.obstacles) and self._holds(change):
                yield _carried_by(change, answer)
        for change in self._history.below(names):
            if change in self._used and isinstance(change.what, Renamed):
                carried = _carried_by(change, self._written(OptionPath(change.old)))
                yield _put_below(carried, change.what.new[len(names) :])

    @cached_property
    def _used(self) -> frozenset[Change]:
        """The changes whose old names are, or may be, defined."""
        return frozenset(
            change
            for change in self._history.changes_among(self._names_below)
            if self._written(OptionPath(change.old)) != Answer((), ()) and self._holds(change)
        )

    def _names_below(self, names: Names) -> frozenset[str | None]:
        """The names that may be defined right below a path; ``None`` among them where any may be."""
        answer = self._written(OptionPath(names))
        found = {name for definition in answer.definitions for name, _ in attributes_of(definition)}
        is_open = bool(answer.obstacles) or any(_may_hold_more(found.value) for found in answer.definitions)
        return frozenset((*found, None) if is_open else found)

    def _holds(self, change: Change) -> bool:
        """Whether NixOS hands on what is defined by the old name: unless its module is replaced by one of the repository."""
        if any(key.endswith(change.module) for found in self._active for key in found.module.disabled):
            return False
        return not isinstance(self.declarations.find(change.old), Declared)

    # -- what there is, once all is loaded ------------------------------------------------------------------------

    @cached_property
    def _active(self) -> tuple[_Import, ...]:
        """The modules that take part, each once, with the conditions under which it does."""
        everything = tuple(self._reached(frozenset(), frozenset()))
        disabled = {key for found in everything if not found.conditions for key in found.module.disabled}
        perhaps = {key for found in everything if found.conditions for key in found.module.disabled}
        return tuple(_without_repetition(self._reached(frozenset(disabled), frozenset(perhaps))))

    def _reached(self, disabled: frozenset[str], perhaps: frozenset[str]) -> Iterator[_Import]:
        """The modules that imports lead to without those disabled; first those that are there for certain.

        As in nixpkgs, those that the given modules import come before those that these import.
        """

        def imports_of(found: _Import) -> Iterator[_Import]:
            for each in found.module.imports:
                if each.module.key in perhaps:
                    yield each._replace(conditions=(*each.conditions, UnknownValue("whether it is disabled")))
                elif each.module.key not in disabled:
                    yield each

        certain: dict[int, _Import] = {}
        doubtful: list[_Import] = []
        waiting = deque([_Import(self._top, ())])
        while waiting:
            found = waiting.popleft()
            if id(found.module) in certain:
                continue
            certain[id(found.module)] = found
            imports = list(imports_of(found))
            doubtful.extend(each for each in imports if each.conditions)
            _enqueue([each for each in imports if not each.conditions], found, waiting)
        yield from certain.values()
        seen = set(certain)
        queue = deque(doubtful)
        while queue:
            found = queue.popleft()
            if id(found.module) in seen:
                continue
            seen.add(id(found.module))
            yield found
            imports = [each._replace(conditions=found.conditions + each.conditions) for each in imports_of(found)]
            _enqueue(imports, found, queue)

    @cached_property
    def _obstacles(self) -> tuple[Obstacle, ...]:
        return (*self._further, *(obstacle for found in self._active for obstacle in found.module.obstacles))

    @cached_property
    def _parts(self) -> tuple[Part, ...]:
        return tuple(
            Part(given.value.force(), given.name_place, found.conditions)
            for found in self._active
            for given in found.module.given
        )

    @cached_property
    def _parts_by_name(self) -> Mapping[str, tuple[Part, ...]]:
        """The parts by the first names that they define; those that may define any are at each of them, and at ``""``."""
        by_name: dict[str, list[Part]] = {"": []}
        for part in self._parts:
            names = names_of(part.value)
            if names is None:
                for parts in by_name.values():
                    parts.append(part)
            else:
                for name in names:
                    by_name.setdefault(name, [*by_name[""]]).append(part)
        return {name: tuple(parts) for name, parts in by_name.items()}

    def _parts_for(self, option: OptionPath) -> tuple[Part, ...]:
        first = option.names[0] if option.names else None
        # What is named as an attribute of a property may be that attribute.
        if first is None or first in ATTRIBUTES:
            return self._parts
        return self._parts_by_name.get(first, self._parts_by_name[""])


def _carried_by(change: Change, answer: Answer) -> Answer:
    """What a new name gets of an answer for the old one; where the kind of value changed, nobody knows what that is."""
    if isinstance(change.what, Renamed) and change.what.is_same_value:
        return answer
    old = ".".join(change.old)
    places = [found.name_place for found in answer.definitions] + [found.place for found in answer.obstacles]
    reason = f"{old} sets it, whose value was of another kind until NixOS {change.since}"
    return Answer((), tuple(Obstacle(reason, place) for place in places))


def _put_below(answer: Answer, names: tuple[str, ...]) -> Answer:
    """An answer for an option at these names, as one for the set that they stand in."""
    definitions = list(answer.definitions)
    for obstacle in answer.obstacles:
        reason = UnknownValue(obstacle.reason, obstacle.place)
        definitions.append(Definition(reason, obstacle.place, (reason,)))
    return Answer(tuple(_nested_at(names, definition) for definition in definitions), ())


def _nested_at(names: tuple[str, ...], definition: Definition) -> Definition:
    value = definition.value
    if definition.is_overridden:
        value = OverrideValue(definition.priority, Known(value), definition.name_place)
    for name in reversed(names):
        value = AttrsValue({name: Entry(Known(value), definition.name_place)})
    return Definition(value, definition.name_place, definition.conditions, order=definition.order)


def _may_hold_more(value: Value) -> bool:
    """Whether a value may have attributes that are not listed."""
    return value.is_open if isinstance(value, AttrsValue) else names_of(value) is None


def modules_in(value: Value) -> tuple[Definition, ...]:
    """The modules that a value holds: itself, or the elements where it is a list of modules."""
    if not isinstance(value, ListValue):
        return (Definition(value, value.place),)
    return tuple(Definition(element.force(), element.place) for element in value.elements)


def _enqueue(imports: list[_Import], importer: _Import, queue: deque[_Import]) -> None:
    """Put off what a module imports until all of its own level is done; what is written in a file is of the file's level."""
    if importer.module.is_file:
        queue.extendleft(reversed(imports))
    else:
        queue.extend(imports)


def _text_at(value: AttrsValue, name: str) -> str | None:
    """The text of an attribute, where it has one that is known."""
    entry = value.entries.get(name)
    found = None if entry is None else entry.value.force()
    return found.text if isinstance(found, StringValue) else None


def _key_of(disabled: Value) -> str | None:
    """The key of a module that is disabled, as nixpkgs works it out; ``None`` where it is not known."""
    match disabled:
        case PathValue(path=path):
            return str(path)
        case StringValue(parts=(SymbolValue(path=("modulesPath",)), str() as below)):
            return below.lstrip("/")
        case StringValue():
            return disabled.text
        case AttrsValue():
            return _text_at(disabled, "key")
        case _:
            return None


def _without_repetition(modules: Iterable[_Import]) -> Iterator[_Import]:
    """Of modules with the same key the first; where one of them may not be there, nobody can tell which that is."""
    listed = list(modules)
    first: dict[str, _Import] = {}
    doubtful: set[str] = set()
    for found in listed:
        key = found.module.key
        if (
            key is not None
            and found is not first.setdefault(key, found)
            and (found.conditions or first[key].conditions)
        ):
            doubtful.add(key)
    for found in listed:
        key = found.module.key
        if key in doubtful:
            yield found._replace(conditions=(*found.conditions, UnknownValue("whether another module has its key")))
        elif key is None or first[key] is found:
            yield found
