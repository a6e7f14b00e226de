"""A file that Nix can't parse."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.rule import Bad, Confidence, FileProblem, Finding, Good, Note, ProblemKind, Repository, Rule, Severity


class SyntaxErrorRule(Rule[FileProblem]):
    """A file that Nix cannot parse.

    ## What it finds

    Whatever makes `nix-instantiate --parse` refuse the file, at the place that Nix names or nearer to the cause: the
    bracket that is never closed rather than the end of the file.

    ## Why it matters

    Nothing that imports the file evaluates, and nothing else is checked in a file that can't be read.

    ## What to do

    Correct the text at the marked place.

    ## What keeps it silent

    - Everything that Nix accepts, the pipe operators `|>` and `<|` included, which Nix has behind a feature flag.
    - Files that are not Nix although they are named so: encrypted, binary and empty ones are skipped with a notice.

    ## References

    - [Nix manual, Nix language](https://nix.dev/manual/nix/stable/language/)
    """

    name = "syntax-error"
    code = "NL001"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (FileProblem,)

    def check(self, subject: FileProblem, _repository: Repository) -> Iterator[Finding]:
        """Report a syntax error."""
        if subject.problem.kind is ProblemKind.SYNTAX_ERROR:
            notes = () if subject.related is None else (Note(subject.related, "it is about this"),)
            yield Finding(subject.place, f"syntax error: {subject.problem.message}", notes=notes)

    examples = (
        Bad(
            "a semicolon is missing",
            """\
{
  networking.hostName = "web«"»
  services.nginx.enable = true;
}
""",
        ),
        Good(
            "pipes, and a trailing comma among the formals",
            """\
{ lib, pkgs, }:
{
  environment.systemPackages = [ pkgs.git ] |> lib.unique;
}
""",
        ),
    )
