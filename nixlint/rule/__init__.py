"""The public face of nixlint for rules: all that a rule or a rule pack imports, besides the model of containers.

``from nixlint.rule import Rule, Finding, …``. Rules stand on the names listed here, on the types of
:mod:`nixlint.containers` and on the words of :mod:`nixlint.secrets`, and on nothing else (an import contract holds the
rules that come with nixlint to it). What a name is, its own docstring says; ``docs/rule-api.md`` lists them all. A name is
loaded when a rule imports it, so that a rule costs what it uses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nixlint.late_names import late_names

if TYPE_CHECKING:
    from nixlint.linting.configuration import suggestion as suggestion
    from nixlint.linting.finding import Confidence as Confidence
    from nixlint.linting.finding import FileEdit as FileEdit
    from nixlint.linting.finding import Finding as Finding
    from nixlint.linting.finding import Fix as Fix
    from nixlint.linting.finding import MovedSecret as MovedSecret
    from nixlint.linting.finding import Note as Note
    from nixlint.linting.finding import Reach as Reach
    from nixlint.linting.finding import Safety as Safety
    from nixlint.linting.finding import Severity as Severity
    from nixlint.linting.fixes.container_definitions import defining_inside as defining_inside
    from nixlint.linting.fixes.defining import NewDefinition as NewDefinition
    from nixlint.linting.fixes.defining import defining as defining
    from nixlint.linting.fixes.moving_elements import moving_elements as moving_elements
    from nixlint.linting.fixes.renaming import renaming as renaming
    from nixlint.linting.fixes.renaming import set_around as set_around
    from nixlint.linting.fixes.renaming import stands_in_list as stands_in_list
    from nixlint.linting.fixes.script_fixes import begin_with as begin_with
    from nixlint.linting.fixes.script_fixes import call as call
    from nixlint.linting.fixes.script_fixes import double_backslash as double_backslash
    from nixlint.linting.fixes.script_fixes import insert as insert
    from nixlint.linting.fixes.script_fixes import rename_attribute as rename_attribute
    from nixlint.linting.fixes.script_fixes import rename_keyword as rename_keyword
    from nixlint.linting.fixes.script_fixes import rename_names as rename_names
    from nixlint.linting.rule import Bad as Bad
    from nixlint.linting.rule import Good as Good
    from nixlint.linting.rule import Rule as Rule
    from nixlint.linting.subjects import FileProblem as FileProblem
    from nixlint.linting.suppression import MalformedDirective as MalformedDirective
    from nixlint.linting.suppression import UnusedSuppression as UnusedSuppression
    from nixlint.semantics.language.values import AttrsValue as AttrsValue
    from nixlint.semantics.language.values import BoolValue as BoolValue
    from nixlint.semantics.language.values import CallValue as CallValue
    from nixlint.semantics.language.values import IntValue as IntValue
    from nixlint.semantics.language.values import ListValue as ListValue
    from nixlint.semantics.language.values import NullValue as NullValue
    from nixlint.semantics.language.values import PathValue as PathValue
    from nixlint.semantics.language.values import StringValue as StringValue
    from nixlint.semantics.language.values import SymbolValue as SymbolValue
    from nixlint.semantics.language.values import UnknownValue as UnknownValue
    from nixlint.semantics.language.values import Value as Value
    from nixlint.semantics.modules.module_system import PLAIN_PRIORITY as PLAIN_PRIORITY
    from nixlint.semantics.modules.module_system import Answer as Answer
    from nixlint.semantics.modules.module_system import Definition as Definition
    from nixlint.semantics.modules.module_system import ModuleSystem as ModuleSystem
    from nixlint.semantics.modules.module_system import Obstacle as Obstacle
    from nixlint.semantics.modules.module_system import Presence as Presence
    from nixlint.semantics.modules.module_system import ask_within as ask_within
    from nixlint.semantics.modules.module_system import attributes_of as attributes_of
    from nixlint.semantics.modules.option_history import Change as Change
    from nixlint.semantics.modules.option_history import Removed as Removed
    from nixlint.semantics.modules.option_history import Renamed as Renamed
    from nixlint.semantics.modules.option_history import nixos_history as nixos_history
    from nixlint.semantics.modules.option_path import OptionPath as OptionPath
    from nixlint.semantics.modules.option_query import parse_pattern as parse_pattern
    from nixlint.semantics.modules.releases import first_with as first_with
    from nixlint.semantics.modules.releases import has as has
    from nixlint.semantics.modules.releases import releases as releases
    from nixlint.semantics.repository.definitions import Binder as Binder
    from nixlint.semantics.repository.definitions import StringLiteral as StringLiteral
    from nixlint.semantics.repository.definitions import WrittenDefinition as WrittenDefinition
    from nixlint.semantics.repository.definitions import is_never_evaluated as is_never_evaluated
    from nixlint.semantics.repository.definitions import string_literals as string_literals
    from nixlint.semantics.repository.definitions import written_definitions as written_definitions
    from nixlint.semantics.repository.host_facts import MachineFiles as MachineFiles
    from nixlint.semantics.repository.host_facts import host_state_version as host_state_version
    from nixlint.semantics.repository.host_facts import machine_files as machine_files
    from nixlint.semantics.repository.host_facts import unread_arguments as unread_arguments
    from nixlint.semantics.repository.project import ask_files as ask_files
    from nixlint.semantics.repository.put_away import is_put_away as is_put_away
    from nixlint.semantics.repository.repository import Repository as Repository
    from nixlint.semantics.repository.target_release import TargetRelease as TargetRelease
    from nixlint.semantics.repository.target_release import target_release as target_release
    from nixlint.syntax.comments import comments_within as comments_within
    from nixlint.syntax.edits import Edit as Edit
    from nixlint.syntax.place import Place as Place
    from nixlint.syntax.problem import ProblemKind as ProblemKind
    from nixlint.syntax.span import Span as Span
    from nixlint.syntax.string_literal import attr_name_literal as attr_name_literal
    from nixlint.syntax.string_literal import encode as encode
    from nixlint.syntax.words import words_of as words_of

API_VERSION = 2
"""The version of the rule API. Within one, names are only added; ``nixlint rules upgrade`` leads from one to the next."""

GROUPS: dict[str, dict[str, str]] = {
    "A rule, its examples and what it says": {
        "Bad": "nixlint.linting.rule",
        "Confidence": "nixlint.linting.finding",
        "FileEdit": "nixlint.linting.finding",
        "Finding": "nixlint.linting.finding",
        "Fix": "nixlint.linting.finding",
        "Good": "nixlint.linting.rule",
        "MovedSecret": "nixlint.linting.finding",
        "Note": "nixlint.linting.finding",
        "Reach": "nixlint.linting.finding",
        "Rule": "nixlint.linting.rule",
        "Safety": "nixlint.linting.finding",
        "Severity": "nixlint.linting.finding",
    },
    "What rules ask about, besides the containers of :mod:`nixlint.containers`": {
        "Binder": "nixlint.semantics.repository.definitions",
        "FileProblem": "nixlint.linting.subjects",
        "MalformedDirective": "nixlint.linting.suppression",
        "ProblemKind": "nixlint.syntax.problem",
        "StringLiteral": "nixlint.semantics.repository.definitions",
        "is_never_evaluated": "nixlint.semantics.repository.definitions",
        "UnusedSuppression": "nixlint.linting.suppression",
        "WrittenDefinition": "nixlint.semantics.repository.definitions",
        "string_literals": "nixlint.semantics.repository.definitions",
        "written_definitions": "nixlint.semantics.repository.definitions",
    },
    "What is known of options": {
        "Answer": "nixlint.semantics.modules.module_system",
        "Definition": "nixlint.semantics.modules.module_system",
        "MachineFiles": "nixlint.semantics.repository.host_facts",
        "ModuleSystem": "nixlint.semantics.modules.module_system",
        "Obstacle": "nixlint.semantics.modules.module_system",
        "OptionPath": "nixlint.semantics.modules.option_path",
        "PLAIN_PRIORITY": "nixlint.semantics.modules.module_system",
        "Presence": "nixlint.semantics.modules.module_system",
        "Repository": "nixlint.semantics.repository.repository",
        "ask_files": "nixlint.semantics.repository.project",
        "ask_within": "nixlint.semantics.modules.module_system",
        "attributes_of": "nixlint.semantics.modules.module_system",
        "host_state_version": "nixlint.semantics.repository.host_facts",
        "is_put_away": "nixlint.semantics.repository.put_away",
        "machine_files": "nixlint.semantics.repository.host_facts",
        "unread_arguments": "nixlint.semantics.repository.host_facts",
    },
    "Values": {
        "AttrsValue": "nixlint.semantics.language.values",
        "BoolValue": "nixlint.semantics.language.values",
        "CallValue": "nixlint.semantics.language.values",
        "IntValue": "nixlint.semantics.language.values",
        "ListValue": "nixlint.semantics.language.values",
        "NullValue": "nixlint.semantics.language.values",
        "PathValue": "nixlint.semantics.language.values",
        "StringValue": "nixlint.semantics.language.values",
        "SymbolValue": "nixlint.semantics.language.values",
        "UnknownValue": "nixlint.semantics.language.values",
        "Value": "nixlint.semantics.language.values",
    },
    "Releases of NixOS and what became of options": {
        "Change": "nixlint.semantics.modules.option_history",
        "Removed": "nixlint.semantics.modules.option_history",
        "Renamed": "nixlint.semantics.modules.option_history",
        "TargetRelease": "nixlint.semantics.repository.target_release",
        "first_with": "nixlint.semantics.modules.releases",
        "has": "nixlint.semantics.modules.releases",
        "nixos_history": "nixlint.semantics.modules.option_history",
        "releases": "nixlint.semantics.modules.releases",
        "target_release": "nixlint.semantics.repository.target_release",
    },
    "Places and fixes": {
        "Edit": "nixlint.syntax.edits",
        "NewDefinition": "nixlint.linting.fixes.defining",
        "Place": "nixlint.syntax.place",
        "Span": "nixlint.syntax.span",
        "attr_name_literal": "nixlint.syntax.string_literal",
        "comments_within": "nixlint.syntax.comments",
        "defining": "nixlint.linting.fixes.defining",
        "encode": "nixlint.syntax.string_literal",
        "moving_elements": "nixlint.linting.fixes.moving_elements",
        "renaming": "nixlint.linting.fixes.renaming",
        "set_around": "nixlint.linting.fixes.renaming",
        "stands_in_list": "nixlint.linting.fixes.renaming",
        "words_of": "nixlint.syntax.words",
    },
    "Further": {
        "begin_with": "nixlint.linting.fixes.script_fixes",
        "call": "nixlint.linting.fixes.script_fixes",
        "defining_inside": "nixlint.linting.fixes.container_definitions",
        "double_backslash": "nixlint.linting.fixes.script_fixes",
        "insert": "nixlint.linting.fixes.script_fixes",
        "parse_pattern": "nixlint.semantics.modules.option_query",
        "rename_attribute": "nixlint.linting.fixes.script_fixes",
        "rename_keyword": "nixlint.linting.fixes.script_fixes",
        "rename_names": "nixlint.linting.fixes.script_fixes",
        "suggestion": "nixlint.linting.configuration",
    },
}
"""The names by what they are for, each with the module that it is at home in."""

__all__ = sorted(["API_VERSION", *(name for names in GROUPS.values() for name in names)])  # noqa: PLE0605  # the names of the table
__getattr__ = late_names(__name__, GROUPS.values(), "docs/rule-api.md for what rules may use")
