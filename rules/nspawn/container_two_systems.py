"""A container whose system is given in two ways."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.containers.stated import is_on
from nixlint.rule import (
    PLAIN_PRIORITY,
    Answer,
    Bad,
    Confidence,
    Finding,
    Good,
    Note,
    Presence,
    Repository,
    Rule,
    Severity,
)


class ContainerTwoSystems(Rule[NspawnContainer]):
    """NixOS rejects a container that takes its system from two of `config`, `path` and `flake`.

    ## What it finds

    A container with `config` that also sets `path` or `flake`, or with both of these.

    ## Why it matters

    `config` gives `path` its value, so that `path` is defined twice; for `flake` NixOS throws an error. The configuration
    does not evaluate.

    ## What to do

    Keep the one that you want.

    ## What keeps it silent

    - One of them alone, and `flake = null`.
    - `path` with `mkForce`, definitions under conditions, and values that are not known.

    ## References

    - nixpkgs, `nixos/modules/virtualisation/nixos-containers.nix`, `checkAssertion`
    """

    name = "container-two-systems"
    code = "NL111"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (NspawnContainer,)

    def check(self, subject: NspawnContainer, _repository: Repository) -> Iterator[Finding]:
        """Report the second of two."""
        given = [(name, answer) for name in ("config", "flake", "path") for answer in _given(subject, name)]
        if len(given) < 2:
            return
        (first, earlier), (second, later) = given[:2]
        place = earlier.definitions[0].name_place
        yield Finding(
            place=later.definitions[0].name_place or subject.place,
            message=f"{subject.title} takes its system from {first} and from {second}, which NixOS refuses: "
            "it does not evaluate",
            help=f"remove {first} or {second}",
            option=f"{subject.option_path}.{second}",
            container=subject.name,
            notes=() if place is None else (Note(place, "the other one"),),
        )

    examples = (
        Bad(
            "a path beside a configuration",
            """\
{
  containers.web = {
    config = { system.stateVersion = "26.05"; };
    «path» = "/nix/var/nix/profiles/web";
  };
}
""",
        ),
        Bad(
            "a flake beside a configuration",
            """\
{
  containers.web = {
    «flake» = "github:example/web";
    config = { ... }: { system.stateVersion = "26.05"; };
  };
}
""",
        ),
        Good("a path alone", '{ containers.web = { path = "/nix/var/nix/profiles/web"; }; }\n'),
        Good("no flake", "{ containers.web = { flake = null; config = { }; autoStart = true; }; }\n"),
        Good(
            "the path wins",
            """\
{ lib, ... }:
{
  containers.web = {
    path = lib.mkForce "/nix/var/nix/profiles/web";
    config = { system.stateVersion = "26.05"; };
  };
}
""",
        ),
    )


def _given(container: NspawnContainer, name: str) -> Iterator[Answer]:
    """The option, if it certainly gives a system, in a way that nothing else overrides."""
    answer = container.option(name)
    is_plain = all(definition.priority == PLAIN_PRIORITY for definition in answer.definitions)
    is_set = answer.presence if name == "config" else is_on(answer)
    if is_set is Presence.DEFINED and (is_plain or name == "config"):
        yield answer
