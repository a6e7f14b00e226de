"""The name that OCI containers had when Docker was their only engine."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.linting.finding import Confidence, Finding, Severity
from nixlint.linting.rule import Bad, Good, Rule
from nixlint.semantics.definitions import WrittenDefinition
from nixlint.semantics.repository import Repository
from nixlint.semantics.values import AttrsValue, Value

_OLD = "docker-containers"


class DockerContainersOption(Rule[WrittenDefinition]):
    """`docker-containers` is the old name of `virtualisation.oci-containers.containers`.

    ## What it finds

    OCI containers that are declared by the old name of the option.

    ## Why it matters

    NixOS takes the old name with a warning, chooses Docker for it, and may stop to take it. Options that came later, and
    other rules about OCI containers, are for the new one.

    ## What to do

    Write `virtualisation.oci-containers = { backend = "docker"; containers = { … }; }`, and `extraOptions` in the place of
    `extraDockerOptions`.

    ## What keeps it silent

    - Things of the same name in which nothing has an `image`, and those within other options.

    ## References

    - nixpkgs, `nixos/modules/virtualisation/oci-containers.nix`, `mkChangedOptionModule`
    """

    name = "docker-containers-option"
    code = "NL510"
    severity = Severity.WARNING
    confidence = Confidence.CERTAIN
    asks = (WrittenDefinition,)
    keywords = (b"docker-containers",)

    def check(self, subject: WrittenDefinition, repository: Repository) -> Iterator[Finding]:
        """Report the option where it is set whole, and each container that is written below its name."""
        names = subject.path.names[1:] if subject.path.names[:1] == ("config",) else subject.path.names
        if names[:1] != (_OLD,) or len(names) > 2:
            return
        value = subject.value
        is_one = _is_container(value) if len(names) == 2 else _holds_container(value)
        if is_one and (len(names) == 1 or _is_written_at_once(subject, repository)):
            yield Finding(
                place=subject.name,
                message="docker-containers is the old name of virtualisation.oci-containers.containers, with Docker as "
                "the engine",
                help='set virtualisation.oci-containers.backend = "docker" and containers below it, with extraOptions in '
                "the place of extraDockerOptions",
                option=_OLD,
                container=names[1] if len(names) == 2 else None,
            )

    examples = (
        Bad(
            "the whole, and one alone",
            {
                "a.nix": """\
{ config, ... }:
{
  «docker-containers» = {
    web = { image = "web:1"; extraDockerOptions = [ "--network=host" ]; };
  };
}
""",
                "b.nix": """\
{ lib, ... }:
{
  config = {
    docker-containers.«db» = { image = "db:1"; };
  };
}
""",
            },
        ),
        Good(
            "the new name",
            """\
{
  virtualisation.oci-containers = {
    backend = "docker";
    containers.web.image = "web:1";
  };
}
""",
        ),
        Good(
            "something else of that name",
            """\
{
  docker-containers = [ "web" "db" ];
  services.mine.docker-containers.web.image = "web:1";
}
""",
        ),
    )


def _holds_container(value: Value) -> bool:
    return isinstance(value, AttrsValue) and any(_is_container(entry.value.force()) for entry in value.entries.values())


def _is_container(value: Value) -> bool:
    return isinstance(value, AttrsValue) and "image" in value.entries


def _is_written_at_once(subject: WrittenDefinition, repository: Repository) -> bool:
    """Whether the old name stands right before that of the container, not around the set that holds it."""
    source = repository.source(subject.name.path)
    return source is not None and source.data[: subject.name.span.start].endswith(_OLD.encode() + b".")
