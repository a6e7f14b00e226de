"""One file read, parsed and put before the rules.

Nothing of a file outlives that but its result. Whatever goes wrong with it is a failure there, and the run goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from nixlint.containers.compose_names import is_compose_file, is_compose_text
from nixlint.files.reading import Reader, reason_of
from nixlint.linting.compose_subjects import read_compose
from nixlint.linting.configuration import Configuration
from nixlint.linting.finding import Failure
from nixlint.linting.registry import AnyRule
from nixlint.linting.subjects import FILE_PROBLEM, MALFORMED_DIRECTIVE, FileProblem, kind_of
from nixlint.linting.suppression import (
    CommentedText,
    Directive,
    MalformedDirective,
    directives,
    may_have_directives,
    nix_text,
)
from nixlint.semantics.language.budget import TOO_MUCH, Budget, spending
from nixlint.semantics.repository.repository import NotNix
from nixlint.syntax.file_kind import FileKind
from nixlint.syntax.place import Place
from nixlint.syntax.problem import Problem, ProblemKind
from nixlint.syntax.problems import find_problems, is_refused, undefined_variables
from nixlint.syntax.source_file import SourceFile

from .asking import Asking
from .checker import Checker
from .file_result import FileResult
from .request import Request


class FileCheck:
    """Checks the files of a workspace, each by itself.

    ``rules`` are those that run, and ``masking`` those that are asked only for the places of secrets.
    """

    def __init__(
        self,
        checker: Checker,
        reader: Reader,
        configuration: Configuration,
        request: Request,
        rules: tuple[AnyRule, ...],
        masking: tuple[AnyRule, ...],
    ) -> None:
        self._checker = checker
        self._reader = reader
        self._configuration = configuration
        self._request = request
        self._rules = rules
        self._asking = Asking((*rules, *masking), checker.repository)

    def result_of(self, path: Path) -> FileResult:
        """What a file comes to."""
        result = FileResult()
        try:
            if path.suffix in (".yml", ".yaml") or is_compose_file(path):
                self._check_compose(path, result)
            else:
                self._check_nix(path, result)
        except NotNix as reason:
            if reason.kind is FileKind.OVERSIZED:
                self._checker.fail(result, f"not checked: {reason.kind.reason}", path)
            else:
                result.skipped = reason.kind.reason
        except OSError as error:
            self._checker.fail(result, f"cannot be read: {reason_of(error)}", path)
        except (RecursionError, MemoryError) as error:
            self._checker.fail(result, f"too large or too deeply nested to look into ({type(error).__name__})", path)
        return result

    def _check_nix(self, path: Path, result: FileResult) -> None:
        source = self._checker.repository.open(path)
        result.is_checked = True
        if may_have_directives(source.data):
            self._take_directives(nix_text(source), result)
        else:
            result.directives[path] = ()
        problems = find_problems(source)
        self._take_problems(source, problems, result)
        if is_refused(problems):
            result.saw_everything = False
            return
        self._take_problems(source, tuple(undefined_variables(source)), result)
        result.is_sound = True
        self._ask_about(source, result)

    def _ask_about(self, source: SourceFile, result: FileResult) -> None:
        words = self._asking.words(source.data)
        rules = self._wanted_in(source.path, self._asking.interested(words))
        if not rules:
            return
        result.asked = tuple([rule.name for rule in rules])
        guarded = partial(self._checker.read, result, source.path)
        with spending(Budget.of_file(len(source.data))) as budget:
            for asked, subject in self._asking.of(source, words, rules, guarded):
                self._checker.ask_all(result, subject, asked)
        if budget.is_spent:
            message = f"{TOO_MUCH}: what its expressions come to was looked at only in part"
            self._checker.fail(result, message, source.path)

    def _wanted_in(self, path: Path, rules: tuple[AnyRule, ...]) -> tuple[AnyRule, ...]:
        """Those of some rules that the configuration does not switch off for a file, and those that find what to mask."""
        if not self._configuration.per_path_ignores:
            return rules
        return tuple(rule for rule in rules if rule.finds_secrets or not self._configuration.ignores(rule.name, path))

    def _take_directives(self, text: CommentedText, result: FileResult) -> None:
        """Take what the comments of a file ask to suppress, and what they ask in words that mean nothing."""
        found = tuple(directives(text))
        result.directives[text.path] = tuple(item for item in found if isinstance(item, Directive))
        malformed = (item for item in found if isinstance(item, MalformedDirective))
        self._checker.ask(result, MALFORMED_DIRECTIVE, malformed, self._rules)

    def _take_problems(self, source: SourceFile, problems: Sequence[Problem], result: FileResult) -> None:
        if problems and problems[0].kind is ProblemKind.NESTED_TOO_DEEPLY:
            where = source.position(problems[0].span.start)
            result.failures.append(Failure(problems[0].message, self._request.shown(source.path), where))
        elif problems:
            subjects = [_file_problem(source.path, problem) for problem in problems]
            self._checker.ask(result, FILE_PROBLEM, subjects, self._rules)

    def _check_compose(self, path: Path, result: FileResult) -> None:
        """Put the services of a Compose file before the rules that ask about OCI containers."""
        data = self._reader.read(path)
        if not is_compose_file(path) and not is_compose_text(data):
            result.skipped = "it is YAML, but no Compose file: it has no services at its top"
            return
        rules = [
            rule
            for rule in self._rules
            if any(kind_of(kind).in_compose is not None for kind in rule.kinds)
            and not self._configuration.ignores(rule.name, path)
        ]
        if not rules and not may_have_directives(data):
            result.is_checked = True
            return
        read = read_compose(path, data, self._reader)
        if read.problem is not None:
            result.failures.append(Failure(read.problem, self._request.shown(path), read.problem_at))
            return
        result.is_checked = result.is_sound = True
        self._checker.learn_compose(path, read)
        self._take_directives(read.commented(), result)
        for kind in dict.fromkeys(kind for rule in rules for kind in rule.kinds):
            in_compose = kind_of(kind).in_compose
            subjects: Iterable[object] = () if in_compose is None else in_compose(read)
            self._checker.ask(result, kind, subjects, rules)


def _file_problem(path: Path, problem: Problem) -> FileProblem:
    related = None if problem.related is None else Place(path, problem.related)
    return FileProblem(problem, Place(path, problem.span), related)
