"""nixlint for programs: check, fix, convert, inventory and options from Python.

What is listed here is all that is public, and the command line uses nothing else for these jobs. Results are frozen, and
fields may be added to them: read them by name. ``docs/api.md`` shows each with an example, and says how long what is
deprecated stays. A name is loaded when somebody asks for it, so that a program pays for what it uses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nixlint.late_names import late_names

if TYPE_CHECKING:
    from nixlint.compose.docker_run import NotADockerCommand as NotADockerCommand
    from nixlint.compose.problem import ComposeError as ComposeError
    from nixlint.conversion.convert import Conversion as Conversion
    from nixlint.conversion.output import NotWritten as NotWritten
    from nixlint.deployment.parts import Remark as Remark
    from nixlint.deployment.parts import RemarkKind as RemarkKind
    from nixlint.files.reading import read_stream as read_stream
    from nixlint.files.reading import reason_of as reason_of
    from nixlint.linting.configuration import ConfigurationError as ConfigurationError
    from nixlint.linting.configuration import suggestion as suggestion
    from nixlint.linting.finding import Confidence as Confidence
    from nixlint.linting.finding import Failure as Failure
    from nixlint.linting.finding import Finding as Finding
    from nixlint.linting.finding import Fix as Fix
    from nixlint.linting.finding import Note as Note
    from nixlint.linting.finding import Report as Report
    from nixlint.linting.finding import ReportedFinding as ReportedFinding
    from nixlint.linting.finding import Safety as Safety
    from nixlint.linting.finding import Severity as Severity
    from nixlint.linting.finding import Skipped as Skipped
    from nixlint.linting.fixes.applying import FixedFile as FixedFile
    from nixlint.linting.fixes.applying import Fixing as Fixing
    from nixlint.linting.fixes.applying import Refusal as Refusal
    from nixlint.linting.registry import Registry as Registry
    from nixlint.linting.run.internal_error import internal_error as internal_error
    from nixlint.semantics.modules.releases import releases as releases
    from nixlint.syntax.place import Place as Place
    from nixlint.syntax.span import Position as Position
    from nixlint.syntax.span import Span as Span

    from .checking import Checked as Checked
    from .checking import check as check
    from .configuring import write_configuration as write_configuration
    from .container_inventory import Inventory as Inventory
    from .container_inventory import ListedContainer as ListedContainer
    from .container_inventory import inventory as inventory
    from .converting import BACKENDS as BACKENDS
    from .converting import SECRET_STORES as SECRET_STORES
    from .converting import ConvertOptions as ConvertOptions
    from .converting import ConvertSource as ConvertSource
    from .converting import Differences as Differences
    from .converting import NothingKept as NothingKept
    from .converting import NotKept as NotKept
    from .converting import Written as Written
    from .converting import convert as convert
    from .converting import convert_again as convert_again
    from .converting import differences as differences
    from .converting import is_docker_command as is_docker_command
    from .converting import loaded_model as loaded_model
    from .converting import place_of as place_of
    from .converting import write_conversion as write_conversion
    from .fixing import Fixed as Fixed
    from .fixing import Unwritten as Unwritten
    from .fixing import WrittenFixes as WrittenFixes
    from .fixing import fix as fix
    from .fixing import write_fixed as write_fixed
    from .folder_rules import AllowedFolder as AllowedFolder
    from .folder_rules import NotVetted as NotVetted
    from .folder_rules import allow_rules as allow_rules
    from .folder_rules import forget_rules as forget_rules
    from .known_rules import rules as rules
    from .option_answers import AskedOptions as AskedOptions
    from .option_answers import ShownDefinition as ShownDefinition
    from .option_answers import ShownOption as ShownOption
    from .option_answers import ShownPlace as ShownPlace
    from .option_answers import ShownReason as ShownReason
    from .option_answers import options as options
    from .request import BadRequest as BadRequest
    from .request import Choices as Choices
    from .request import Text as Text
    from .request import shown_from_here as shown_from_here
    from .rule_making import RULE_KINDS as RULE_KINDS
    from .rule_making import MadeRule as MadeRule
    from .rule_making import new_rule as new_rule
    from .rule_upgrading import UpgradedRules as UpgradedRules
    from .rule_upgrading import upgrade_rules as upgrade_rules
    from .rule_upgrading import write_upgraded as write_upgraded
    from .rule_vetting import VettedRules as VettedRules
    from .rule_vetting import check_installed_rules as check_installed_rules
    from .rule_vetting import check_rules as check_rules
    from .rule_vetting import demands as demands

GROUPS: dict[str, dict[str, str]] = {
    "Check and fix": {
        "AllowedFolder": "nixlint.api.folder_rules",
        "Checked": "nixlint.api.checking",
        "Choices": "nixlint.api.request",
        "Confidence": "nixlint.linting.finding",
        "Failure": "nixlint.linting.finding",
        "Finding": "nixlint.linting.finding",
        "Fix": "nixlint.linting.finding",
        "Fixed": "nixlint.api.fixing",
        "FixedFile": "nixlint.linting.fixes.applying",
        "Fixing": "nixlint.linting.fixes.applying",
        "Note": "nixlint.linting.finding",
        "Refusal": "nixlint.linting.fixes.applying",
        "Registry": "nixlint.linting.registry",
        "Report": "nixlint.linting.finding",
        "ReportedFinding": "nixlint.linting.finding",
        "Safety": "nixlint.linting.finding",
        "Severity": "nixlint.linting.finding",
        "Skipped": "nixlint.linting.finding",
        "Text": "nixlint.api.request",
        "Unwritten": "nixlint.api.fixing",
        "WrittenFixes": "nixlint.api.fixing",
        "allow_rules": "nixlint.api.folder_rules",
        "check": "nixlint.api.checking",
        "fix": "nixlint.api.fixing",
        "forget_rules": "nixlint.api.folder_rules",
        "rules": "nixlint.api.known_rules",
        "write_configuration": "nixlint.api.configuring",
        "write_fixed": "nixlint.api.fixing",
    },
    "Convert": {
        "BACKENDS": "nixlint.api.converting",
        "Conversion": "nixlint.conversion.convert",
        "ConvertOptions": "nixlint.api.converting",
        "ConvertSource": "nixlint.api.converting",
        "Differences": "nixlint.api.converting",
        "Remark": "nixlint.deployment.parts",
        "RemarkKind": "nixlint.deployment.parts",
        "SECRET_STORES": "nixlint.api.converting",
        "Written": "nixlint.api.converting",
        "convert": "nixlint.api.converting",
        "convert_again": "nixlint.api.converting",
        "differences": "nixlint.api.converting",
        "is_docker_command": "nixlint.api.converting",
        "loaded_model": "nixlint.api.converting",
        "place_of": "nixlint.api.converting",
        "write_conversion": "nixlint.api.converting",
    },
    "Containers and options": {
        "AskedOptions": "nixlint.api.option_answers",
        "Inventory": "nixlint.api.container_inventory",
        "ListedContainer": "nixlint.api.container_inventory",
        "ShownDefinition": "nixlint.api.option_answers",
        "ShownOption": "nixlint.api.option_answers",
        "ShownPlace": "nixlint.api.option_answers",
        "ShownReason": "nixlint.api.option_answers",
        "inventory": "nixlint.api.container_inventory",
        "options": "nixlint.api.option_answers",
    },
    "Rules that others write": {
        "MadeRule": "nixlint.api.rule_making",
        "NotVetted": "nixlint.api.folder_rules",
        "RULE_KINDS": "nixlint.api.rule_making",
        "UpgradedRules": "nixlint.api.rule_upgrading",
        "VettedRules": "nixlint.api.rule_vetting",
        "check_installed_rules": "nixlint.api.rule_vetting",
        "check_rules": "nixlint.api.rule_vetting",
        "demands": "nixlint.api.rule_vetting",
        "new_rule": "nixlint.api.rule_making",
        "upgrade_rules": "nixlint.api.rule_upgrading",
        "write_upgraded": "nixlint.api.rule_upgrading",
    },
    "Places, errors and words": {
        "BadRequest": "nixlint.api.request",
        "ComposeError": "nixlint.compose.problem",
        "ConfigurationError": "nixlint.linting.configuration",
        "NotADockerCommand": "nixlint.compose.docker_run",
        "NotKept": "nixlint.api.converting",
        "NothingKept": "nixlint.api.converting",
        "NotWritten": "nixlint.conversion.output",
        "Place": "nixlint.syntax.place",
        "Position": "nixlint.syntax.span",
        "Span": "nixlint.syntax.span",
        "internal_error": "nixlint.linting.run.internal_error",
        "read_stream": "nixlint.files.reading",
        "reason_of": "nixlint.files.reading",
        "releases": "nixlint.semantics.modules.releases",
        "shown_from_here": "nixlint.api.request",
        "suggestion": "nixlint.linting.configuration",
    },
}
"""The names by what they are for, each with the module that it is at home in."""

__all__ = sorted(name for names in GROUPS.values() for name in names)  # noqa: PLE0605  # the names of the table
__getattr__ = late_names(__name__, GROUPS.values(), "docs/api.md for what programs may use")
