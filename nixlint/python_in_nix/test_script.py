"""The scripts of NixOS tests in a file: the program, and what is known of the machines that it drives.

A set is a test where it has a ``testScript`` that can be read and, beside it, ``nodes``, ``containers`` or ``machine``,
where it is the argument of a function that makes a test of it, or where the script itself drives machines. One that is
handed to another driver than NixOS's is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

from nixlint.semantics.language.interpreter import Interpreter
from nixlint.semantics.language.values import AttrsValue, BoolValue, Entry, Value
from nixlint.semantics.modules.module_system import ModuleSystem, modules_in
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax import views
from nixlint.syntax.place import Place
from nixlint.syntax.source_file import SourceFile
from nixlint.syntax.span import Span
from nixlint.syntax.string_literal import static_name

from .driver import driver
from .program import PythonProgram
from .program_text import ProgramText, Segment, SegmentKind
from .script_reading import read_script
from .test_makers import Maker, maker_of

WORDS = (b"testScript",)
"""A file without these has no test."""
_MACHINES = ("nodes", "containers")
_SIBLINGS = ("nodes", "containers", "machine")
_DEFAULTS = {"nodes": ("defaults", "nodeDefaults"), "containers": ("defaults", "containerDefaults")}
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_]|^[^A-Za-z_]")


class DrivenMachine(NamedTuple):
    """A machine of a test: ``attribute`` is its name in Nix, ``name`` the one that the script has for it."""

    attribute: str
    name: str
    is_container: bool
    module: Value
    defaults: tuple[Value, ...]
    place: Place | None


class TestScript:
    """The script of a test.

    ``place`` is where the name ``testScript`` stands, ``program`` what Python makes of the script. ``is_open`` where a part
    of the script is not known that may be whole statements; ``machines_are_open`` where there may be machines besides those
    that are listed.
    """

    __test__ = False

    def __init__(
        self,
        place: Place,
        text: ProgramText,
        is_open: bool,
        machines: tuple[DrivenMachine, ...],
        machines_are_open: bool,
        test: AttrsValue,
        is_own_set: bool,
        repository: Repository,
        interpreter: Interpreter,
        nix_text: bytes,
    ) -> None:
        self.place = place
        self.text = text
        self.is_open = is_open
        self.machines = machines
        self.machines_are_open = machines_are_open
        self._test = test
        self._is_own_set = is_own_set
        self._repository = repository
        self._interpreter = interpreter
        self._nix_text = nix_text

    @cached_property
    def program(self) -> PythonProgram:
        """The script as Python reads it."""
        return PythonProgram(self.text)

    @cached_property
    def broken_by(self) -> Place | None:
        """The interpolation for whose text Python refuses the script: with a name in its place, Python takes it."""
        known = dict.fromkeys((each.path, each.start, each.end) for each in self.text.segments if _is_known(each))
        for path, start, end in list(known)[:_MOST_TRIED]:
            kept = tuple(_named(each) if (each.path, each.start, each.end) == (path, start, end) else each
                         for each in self.text.segments)  # fmt: skip
            if PythonProgram(ProgramText(kept)).problem is None:
                return Place(path, Span(start, end))
        return None

    @cached_property
    def perl(self) -> Span | None:
        """The first thing in a script that Python refuses which is Perl, as test scripts were until NixOS 20.03."""
        found = None if self.program.problem is None else _PERL.search(self.text.data)
        return None if found is None else Span(found.start(), found.end())

    def where(self, span: Span) -> Place:
        """The place of a span of the script in its file; that of the name ``testScript`` where it is in none."""
        return self.text.place(span) or self.place

    @cached_property
    def commented(self) -> Place | None:
        """Where a comment of Nix can speak of the script, within which there are none; ``None`` for one in other files."""
        is_here = all(segment.path == self.place.path for segment in self.text.segments)
        return self.place if is_here else None

    @property
    def is_closed(self) -> bool:
        """Whether all names that the script can use are known."""
        return not (self.is_open or self.machines_are_open or self.program.binds_unknown_names)

    def machine(self, name: str) -> DrivenMachine | None:
        """The machine that a name in the script stands for; ``machine`` is the only one of a test that has one."""
        found = [machine for machine in self.machines if machine.name == name]
        if found:
            return found[-1]
        if name == "machine" and len(self.machines) == 1 and not self.machines_are_open:
            return self.machines[0]
        return None

    def system_of(self, machine: DrivenMachine) -> ModuleSystem:
        """What the modules of a machine define, its defaults included."""
        system = self._systems.get(machine.attribute)
        if system is None:
            modules = [module for value in (machine.module, *machine.defaults) for module in modules_in(value)]
            system = self._systems[machine.attribute] = ModuleSystem(tuple(modules), self._interpreter)
        return system

    @cached_property
    def _systems(self) -> dict[str, ModuleSystem]:
        return {}

    def option(self, name: str) -> Value | None:
        """The value of an option of the test, where the set has it."""
        entry = self._test.entries.get(name)
        return None if entry is None else entry.value.force()

    @property
    def may_have_more_options(self) -> bool:
        """Whether something besides the set may define options of the test."""
        return not self._is_own_set or self._test.is_open or "imports" in self._test.entries

    def nix_mentions(self, words: bytes) -> int:
        """How often the file of the test has some bytes, outside of comments or in them."""
        return self._nix_text.count(words)

    @property
    def nix_text(self) -> bytes:
        """The file in which the test stands."""
        return self._nix_text


def test_scripts(source: SourceFile, repository: Repository) -> Iterator[TestScript]:
    """The scripts of the tests that are written in a file, in its order."""
    for binding in views.bindings_named(source, "testScript"):
        names = binding.path.names
        around = next(views.enclosing(binding), None)
        if len(names) != 1 or static_name(names[0]) != "testScript" or not isinstance(around, views.AttrSet):
            continue
        found = _test_script(binding, around, repository)
        if found is not None:
            yield found


test_scripts.__test__ = False  # type: ignore[attr-defined]  # as above


def pythonized(name: str) -> str:
    """The name that a script has for a machine (``pythonize_name`` in ``nixos/lib/test-driver``)."""
    return _NOT_IN_A_NAME.sub("_", name)


_PERL = re.compile(rb"(?m)\$\w+->\w+|^[ \t]*(?:my|our)[ \t]+[$@%(]|^[ \t]*sub[ \t]+\w+[^\n]*\{")
_MOST_TRIED = 50
"""How many interpolations of a script that is refused are tried."""


def _is_known(segment: Segment) -> bool:
    return segment.kind is SegmentKind.KNOWN


def _named(segment: Segment) -> Segment:
    return segment._replace(text=b"nix_interpolation_", kind=SegmentKind.PLACEHOLDER)


_DRIVES = re.compile(
    rb"(?m)^[ \t]*start_all\(\)|\b\w+\.(?:wait_(?:for_unit|for_open_port|until_succeeds)\(|succeed\(\s*[fr]?[\"'])"
)
"""Calls that a script of a NixOS test has and hardly anything else: they tell one where its nodes stand elsewhere."""


def _test_script(binding: views.Binding, around: views.AttrSet, repository: Repository) -> TestScript | None:
    interpreter = repository.interpreter()
    test = interpreter.evaluate(around, interpreter.scope_at(around))
    if not isinstance(test, AttrsValue):
        return None
    maker = maker_of(around, repository)
    if maker is Maker.OTHER_DRIVER:
        return None
    is_test = maker is Maker.DRIVER or any(name in test.entries for name in _SIBLINGS)
    script = read_script(binding.value, repository)
    if script is None or not (is_test or _DRIVES.search(script.text.data)):
        return None
    machines, are_open = _machines(test)
    is_own_set = is_test and maker in (Maker.DRIVER, Maker.NOTHING)
    name = binding.path.names[0]
    return TestScript(
        Place(name.file.path, name.span),
        script.text,
        script.is_open,
        machines,
        are_open or not is_own_set,
        test,
        is_own_set,
        repository,
        interpreter,
        around.file.data,
    )


def _machines(test: AttrsValue) -> tuple[tuple[DrivenMachine, ...], bool]:
    """The machines of a test, and whether there may be others."""
    machines: list[DrivenMachine] = []
    are_open = test.is_open or any(name not in driver().options for name in test.entries)
    for option in _MACHINES:
        entry = test.entries.get(option)
        nodes = None if entry is None else entry.value.force()
        if nodes is None:
            continue
        if not isinstance(nodes, AttrsValue) or nodes.is_open:
            are_open = True
        defaults = tuple(test.entries[name].value.force() for name in _DEFAULTS[option] if name in test.entries)
        for name, node in nodes.entries.items() if isinstance(nodes, AttrsValue) else ():
            machines.append(_machine(name, node, option == "containers", defaults))
    machine = test.entries.get("machine")
    if machine is not None and not any(each.attribute == "machine" for each in machines):
        defaults = tuple(test.entries[name].value.force() for name in ("defaults",) if name in test.entries)
        machines.append(_machine("machine", machine, False, defaults))
    return tuple(machines), are_open


def _machine(name: str, node: Entry, is_container: bool, defaults: tuple[Value, ...]) -> DrivenMachine:
    return DrivenMachine(name, pythonized(name), is_container, node.value.force(), defaults, node.name_place)


def is_true(value: Value | None) -> bool:
    """Whether an option of a test is certainly switched on."""
    return isinstance(value, BoolValue) and value.value
