"""An attribute that is defined twice in one set."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.linting.finding import Confidence, Finding, Note, Severity
from nixlint.linting.rule import Bad, Good, Rule
from nixlint.linting.subjects import FileProblem
from nixlint.semantics.repository import Repository
from nixlint.syntax.problem import ProblemKind


class DuplicateAttribute(Rule[FileProblem]):
    """An attribute that is defined twice in one attribute set.

    ## What it finds

    Two definitions of the same attribute path in one attribute set or `let`, of which Nix could not merge the values.

    ## Why it matters

    Nix refuses the file while it parses it, so that nothing that imports it evaluates.

    ## What to do

    Keep one of the definitions. Where both are wanted, merge their values: two lists into one, two modules with
    `lib.mkMerge`.

    ## What keeps it silent

    - Paths that share their beginning, and sets that are written out: Nix merges `a = { b = 1; };` and `a.c = 2;`.
    - Definitions in different sets, which the module system merges.

    ## References

    - [Nix manual, attribute sets](https://nix.dev/manual/nix/stable/language/syntax#attrs-literal)
    """

    name = "duplicate-attribute"
    code = "NL002"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (FileProblem,)

    def check(self, subject: FileProblem, _repository: Repository) -> Iterator[Finding]:
        """Report an attribute that is defined a second time."""
        if subject.problem.kind is ProblemKind.DUPLICATE_ATTRIBUTE:
            notes = () if subject.related is None else (Note(subject.related, "first defined here"),)
            help_ = "keep one of the definitions, or merge their values into one"
            yield Finding(subject.place, subject.problem.message, help_, notes=notes)

    examples = (
        Bad(
            "the same option twice",
            """\
{
  services.nginx.enable = true;
  services.openssh.enable = true;
  «services.nginx.enable» = false;
}
""",
        ),
        Good(
            "sets that Nix merges",
            """\
{
  services.nginx = { enable = true; };
  services.nginx.recommendedTlsSettings = true;
}
""",
        ),
    )
