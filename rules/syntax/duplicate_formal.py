"""A function that takes two arguments of one name."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.rule import Bad, Confidence, FileProblem, Finding, Good, Note, ProblemKind, Repository, Rule, Severity


class DuplicateFormal(Rule[FileProblem]):
    """A function whose formals name one argument twice.

    ## What it finds

    A name that stands twice between the braces of a function, or once there and once before or after the `@`.

    ## Why it matters

    Nix refuses the file while it parses it, so that nothing that imports it evaluates.

    ## What to do

    Remove one of the two.

    ## What keeps it silent

    - The same name in an inner function, which hides the outer one.

    ## References

    - [Nix manual, functions](https://nix.dev/manual/nix/stable/language/syntax#functions)
    """

    name = "duplicate-formal"
    code = "NL003"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (FileProblem,)

    def check(self, subject: FileProblem, _repository: Repository) -> Iterator[Finding]:
        """Report a formal that is named a second time."""
        if subject.problem.kind is ProblemKind.DUPLICATE_FORMAL:
            notes = () if subject.related is None else (Note(subject.related, "first named here"),)
            yield Finding(subject.place, subject.problem.message, "remove one of the two", notes=notes)

    examples = (
        Bad("twice between the braces", "{ pkgs, lib, «pkgs», ... }: { }\n"),
        Good("an inner function", "{ pkgs, ... }: { f = { pkgs }: pkgs; }\n"),
    )
