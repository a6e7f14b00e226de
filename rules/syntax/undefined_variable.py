"""A variable that nothing binds."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.rule import Bad, Confidence, FileProblem, Finding, Good, ProblemKind, Repository, Rule, Severity


class UndefinedVariable(Rule[FileProblem]):
    """A variable that nothing binds.

    ## What it finds

    A name that is used where no `let`, no `rec` set and no argument of a function binds it, and that is none of Nix's own.

    ## Why it matters

    Nix refuses the file as soon as it reads it, whatever is evaluated: *undefined variable*. Nothing that imports the file
    evaluates.

    ## What to do

    Bind the name: add `lib` or `pkgs` to the arguments of the module, bind it with `let`, or correct it.

    ## What keeps it silent

    - A `with` around it, be it far away: Nix looks such a name up when it evaluates.
    - Names of Nix itself, in any version since 2.3, `__curPos` and `__currentTime` included.
    - A file of which it is not certain how Nix cuts it into words.

    ## References

    - [Nix manual, scoping rules](https://nix.dev/manual/nix/stable/language/scope)
    - nix, `src/libexpr/nixexpr.cc`, `ExprVar::bindVars`
    """

    name = "undefined-variable"
    code = "NL004"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (FileProblem,)

    def check(self, subject: FileProblem, _repository: Repository) -> Iterator[Finding]:
        """Report a variable that nothing binds."""
        if subject.problem.kind is ProblemKind.UNDEFINED_VARIABLE:
            help_ = "bind it with an argument or a `let`, or correct the name"
            yield Finding(subject.place, subject.problem.message, help_)

    examples = (
        Bad(
            "an argument that is missing, and a slip",
            """\
{ config, ... }:
let
  address = "10.0.0.1";
in
{
  environment.systemPackages = [ «pkgs».hello ];
  networking.hosts.${«adress»} = [ "web" ];
}
""",
        ),
        Bad(
            "what is inherited, and a name of another set",
            """\
{ lib, ... }:
{
  a = { inherit «port»; inherit (lib) mkIf; };
  b = let port = 1; inherit «other»; in port;
  c = { name = "x"; full = «name»; };
}
""",
        ),
        Good(
            "bound by an argument, a let, a set that refers to itself",
            """\
{ lib, port ? 80, ... }@args:
let
  a = b;
  inherit (lib) b;
in
{
  c = rec { name = "x"; full = name + a; };
  d = x: { y, z ? y }: x + z;
  e = args.port or port;
  f = let inherit port; in { inherit port; };
}
""",
        ),
        Good(
            "within a with, and names of Nix",
            """\
{ lib, ... }:
with lib;
{
  a = mkIf true (toString __currentTime);
  b = builtins.map (x: anything x) [ __curPos.file ];
}
""",
        ),
    )
