"""The public face of nixlint for rules: all that a rule or a rule pack imports, besides the model of containers.

``from nixlint.rule import Rule, Finding, …``. Rules stand on the names listed here, on the types of
:mod:`nixlint.containers` and on the words of :mod:`nixlint.secrets`, and on nothing else (an import contract holds the
rules that come with nixlint to it). What a name is, its own docstring says; ``docs/rule-api.md`` lists them all. A name is
loaded when a rule imports it, so that a rule costs what it uses.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nixlint.linting.configuration import suggestion as suggestion
    from nixlint.linting.container_definitions import defining_inside as defining_inside
    from nixlint.linting.defining import NewDefinition as NewDefinition
    from nixlint.linting.defining import defining as defining
    from nixlint.linting.finding import Confidence as Confidence
    from nixlint.linting.finding import FileEdit as FileEdit
    from nixlint.linting.finding import Finding as Finding
    from nixlint.linting.finding import Fix as Fix
    from nixlint.linting.finding import Note as Note
    from nixlint.linting.finding import Reach as Reach
    from nixlint.linting.finding import Safety as Safety
    from nixlint.linting.finding import Severity as Severity
    from nixlint.linting.moving_elements import moving_elements as moving_elements
    from nixlint.linting.renaming import renaming as renaming
    from nixlint.linting.renaming import set_around as set_around
    from nixlint.linting.renaming import stands_in_list as stands_in_list
    from nixlint.linting.rule import Bad as Bad
    from nixlint.linting.rule import Good as Good
    from nixlint.linting.rule import Rule as Rule
    from nixlint.linting.script_fixes import call as call
    from nixlint.linting.script_fixes import rename_attribute as rename_attribute
    from nixlint.linting.script_fixes import rename_keyword as rename_keyword
    from nixlint.linting.subjects import FileProblem as FileProblem
    from nixlint.linting.suppression import MalformedDirective as MalformedDirective
    from nixlint.linting.suppression import UnusedSuppression as UnusedSuppression
    from nixlint.semantics.definitions import Binder as Binder
    from nixlint.semantics.definitions import StringLiteral as StringLiteral
    from nixlint.semantics.definitions import WrittenDefinition as WrittenDefinition
    from nixlint.semantics.definitions import string_literals as string_literals
    from nixlint.semantics.definitions import written_definitions as written_definitions
    from nixlint.semantics.host_facts import host_state_version as host_state_version
    from nixlint.semantics.module_system import PLAIN_PRIORITY as PLAIN_PRIORITY
    from nixlint.semantics.module_system import Answer as Answer
    from nixlint.semantics.module_system import Definition as Definition
    from nixlint.semantics.module_system import ModuleSystem as ModuleSystem
    from nixlint.semantics.module_system import Obstacle as Obstacle
    from nixlint.semantics.module_system import Presence as Presence
    from nixlint.semantics.module_system import ask_within as ask_within
    from nixlint.semantics.module_system import attributes_of as attributes_of
    from nixlint.semantics.option_history import Change as Change
    from nixlint.semantics.option_history import Removed as Removed
    from nixlint.semantics.option_history import Renamed as Renamed
    from nixlint.semantics.option_history import nixos_history as nixos_history
    from nixlint.semantics.option_path import OptionPath as OptionPath
    from nixlint.semantics.option_query import parse_pattern as parse_pattern
    from nixlint.semantics.project import ask_files as ask_files
    from nixlint.semantics.releases import first_with as first_with
    from nixlint.semantics.releases import has as has
    from nixlint.semantics.releases import releases as releases
    from nixlint.semantics.repository import Repository as Repository
    from nixlint.semantics.target_release import TargetRelease as TargetRelease
    from nixlint.semantics.target_release import target_release as target_release
    from nixlint.semantics.values import AttrsValue as AttrsValue
    from nixlint.semantics.values import BoolValue as BoolValue
    from nixlint.semantics.values import CallValue as CallValue
    from nixlint.semantics.values import ListValue as ListValue
    from nixlint.semantics.values import NullValue as NullValue
    from nixlint.semantics.values import StringValue as StringValue
    from nixlint.semantics.values import SymbolValue as SymbolValue
    from nixlint.semantics.values import Value as Value
    from nixlint.syntax.comments import comments_within as comments_within
    from nixlint.syntax.edits import Edit as Edit
    from nixlint.syntax.place import Place as Place
    from nixlint.syntax.problem import ProblemKind as ProblemKind
    from nixlint.syntax.span import Span as Span
    from nixlint.syntax.string_literal import encode as encode
    from nixlint.syntax.words import words_of as words_of

GROUPS: dict[str, dict[str, str]] = {
    "A rule, its examples and what it says": {
        "Bad": "nixlint.linting.rule",
        "Confidence": "nixlint.linting.finding",
        "FileEdit": "nixlint.linting.finding",
        "Finding": "nixlint.linting.finding",
        "Fix": "nixlint.linting.finding",
        "Good": "nixlint.linting.rule",
        "Note": "nixlint.linting.finding",
        "Reach": "nixlint.linting.finding",
        "Rule": "nixlint.linting.rule",
        "Safety": "nixlint.linting.finding",
        "Severity": "nixlint.linting.finding",
    },
    "What rules ask about, besides the containers of :mod:`nixlint.containers`": {
        "Binder": "nixlint.semantics.definitions",
        "FileProblem": "nixlint.linting.subjects",
        "MalformedDirective": "nixlint.linting.suppression",
        "ProblemKind": "nixlint.syntax.problem",
        "StringLiteral": "nixlint.semantics.definitions",
        "UnusedSuppression": "nixlint.linting.suppression",
        "WrittenDefinition": "nixlint.semantics.definitions",
        "string_literals": "nixlint.semantics.definitions",
        "written_definitions": "nixlint.semantics.definitions",
    },
    "What is known of options": {
        "Answer": "nixlint.semantics.module_system",
        "Definition": "nixlint.semantics.module_system",
        "ModuleSystem": "nixlint.semantics.module_system",
        "Obstacle": "nixlint.semantics.module_system",
        "OptionPath": "nixlint.semantics.option_path",
        "PLAIN_PRIORITY": "nixlint.semantics.module_system",
        "Presence": "nixlint.semantics.module_system",
        "Repository": "nixlint.semantics.repository",
        "ask_files": "nixlint.semantics.project",
        "ask_within": "nixlint.semantics.module_system",
        "attributes_of": "nixlint.semantics.module_system",
        "host_state_version": "nixlint.semantics.host_facts",
    },
    "Values": {
        "AttrsValue": "nixlint.semantics.values",
        "BoolValue": "nixlint.semantics.values",
        "CallValue": "nixlint.semantics.values",
        "ListValue": "nixlint.semantics.values",
        "NullValue": "nixlint.semantics.values",
        "StringValue": "nixlint.semantics.values",
        "SymbolValue": "nixlint.semantics.values",
        "Value": "nixlint.semantics.values",
    },
    "Releases of NixOS and what became of options": {
        "Change": "nixlint.semantics.option_history",
        "Removed": "nixlint.semantics.option_history",
        "Renamed": "nixlint.semantics.option_history",
        "TargetRelease": "nixlint.semantics.target_release",
        "first_with": "nixlint.semantics.releases",
        "has": "nixlint.semantics.releases",
        "nixos_history": "nixlint.semantics.option_history",
        "releases": "nixlint.semantics.releases",
        "target_release": "nixlint.semantics.target_release",
    },
    "Places and fixes": {
        "Edit": "nixlint.syntax.edits",
        "NewDefinition": "nixlint.linting.defining",
        "Place": "nixlint.syntax.place",
        "Span": "nixlint.syntax.span",
        "comments_within": "nixlint.syntax.comments",
        "defining": "nixlint.linting.defining",
        "encode": "nixlint.syntax.string_literal",
        "moving_elements": "nixlint.linting.moving_elements",
        "renaming": "nixlint.linting.renaming",
        "set_around": "nixlint.linting.renaming",
        "stands_in_list": "nixlint.linting.renaming",
        "words_of": "nixlint.syntax.words",
    },
    "Further": {
        "call": "nixlint.linting.script_fixes",
        "defining_inside": "nixlint.linting.container_definitions",
        "parse_pattern": "nixlint.semantics.option_query",
        "rename_attribute": "nixlint.linting.script_fixes",
        "rename_keyword": "nixlint.linting.script_fixes",
        "suggestion": "nixlint.linting.configuration",
    },
}
"""The names by what they are for, each with the module that it is at home in."""

_HOMES = {name: home for names in GROUPS.values() for name, home in names.items()}

__all__ = sorted(_HOMES)  # noqa: PLE0605  # the names of the table


def __getattr__(name: str) -> object:
    """A public name, from the module that it is at home in. Raises :class:`AttributeError` for any other."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"nixlint.rule has no {name}: see docs/rule-api.md for what rules may use")
    found: object = getattr(import_module(home), name)
    globals()[name] = found
    return found
