"""An attribute that is defined twice in one set."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.rule import (
    Bad,
    Confidence,
    FileProblem,
    Finding,
    Good,
    Note,
    ProblemKind,
    Repository,
    Rule,
    Severity,
    first_with,
)


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
    - Sets below such sets, `a = { b.c = 1; };` and `a = { b.d = 2; };`, which Nix merges since 2.26. Where `nixos-release`
      is one before 25.05, and so comes with an older Nix, they are found; else `--pedantic` shows them.
    - Definitions in different sets, which the module system merges.

    ## References

    - [Nix manual, attribute sets](https://nix.dev/manual/nix/stable/language/syntax#attrs-literal)
    - [Nix pull request 11294, sets below sets](https://github.com/NixOS/nix/pull/11294)
    """

    name = "duplicate-attribute"
    code = "NL002"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (FileProblem,)

    def check(self, subject: FileProblem, repository: Repository) -> Iterator[Finding]:
        """Report an attribute that is defined a second time."""
        problem = subject.problem
        if problem.kind is ProblemKind.DUPLICATE_ATTRIBUTE:
            notes = () if subject.related is None else (Note(subject.related, "first defined here"),)
            help_ = "keep one of the definitions, or merge their values into one"
            is_accepted = problem.accepted_since is not None and not _has_older_nix(repository)
            confidence = Confidence.POSSIBLE if is_accepted else None
            yield Finding(subject.place, problem.message, help_, confidence=confidence, notes=notes)

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
        Bad(
            "a list within sets that Nix merges",
            """\
{
  programs = { git = { ignores = [ ".direnv" ]; }; };
  programs = { git = { «ignores» = [ "result" ]; }; };
}
""",
        ),
        Bad(
            "sets below sets, in a release whose Nix is older",
            """\
{
  services = { nginx = { enable = true; }; };
  services = { «nginx» = { recommendedTlsSettings = true; }; };
}
""",
            config='nixos-release = "24.11"\n',
        ),
        Good(
            "sets below sets, which Nix merges since 2.26",
            """\
{
  services = { nginx = { enable = true; }; };
  services = { nginx = { recommendedTlsSettings = true; }; };
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


def _has_older_nix(repository: Repository) -> bool:
    release = repository.target_release
    return release is not None and release < first_with("nix-that-merges-sets-below-sets")
