"""The name that OCI containers had when Docker was their only engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path as FilePath

from nixlint.containers.oci.reader import BACKEND, CONTAINERS
from nixlint.rule import (
    AttrsValue,
    Bad,
    Confidence,
    Edit,
    FileEdit,
    Finding,
    Fix,
    Good,
    NewDefinition,
    OptionPath,
    Place,
    Reach,
    Repository,
    Rule,
    Safety,
    Severity,
    StringValue,
    Value,
    WrittenDefinition,
    defining,
    renaming,
    set_around,
    written_definitions,
)

_OLD = "docker-containers"
_OLD_FLAGS = "extraDockerOptions"


class DockerContainersOption(Rule[WrittenDefinition]):
    """`docker-containers` is the old name of `virtualisation.oci-containers.containers`.

    ## What it finds

    OCI containers that are declared by the old name of the option.

    ## Why it matters

    NixOS accepts the old name with a warning, chooses Docker for it, and may drop it in a later release. Newer options,
    and the other rules about OCI containers, use the new name.

    ## What to do

    Write `virtualisation.oci-containers = { backend = "docker"; containers = { … }; }`, and `extraOptions` in the place of
    `extraDockerOptions`.

    ## What keeps it silent

    - Things of the same name in which nothing has an `image`, and those within other options.

    There is no fix if the repository mentions `oci-containers` elsewhere without choosing Docker in the same file,
    because the engine of the host is then not certain, or if a part of a container is not known.

    ## References

    - nixpkgs, `nixos/modules/virtualisation/oci-containers.nix`, `mkChangedOptionModule`
    """

    name = "docker-containers-option"
    code = "NL510"
    severity = Severity.WARNING
    confidence = Confidence.CERTAIN
    asks = (WrittenDefinition,)
    words = (b"docker-containers",)

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
                fix=_fix(subject, value, repository),
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
            fixed={
                "a.nix": """\
{ config, ... }:
{
  virtualisation.oci-containers.containers = {
    web = { image = "web:1"; extraOptions = [ "--network=host" ]; };
  };
  virtualisation.oci-containers.backend = "docker";
}
""",
                "b.nix": """\
{ lib, ... }:
{
  config = {
    virtualisation.oci-containers.containers.db = { image = "db:1"; };
    virtualisation.oci-containers.backend = "docker";
  };
}
""",
            },
        ),
        Bad(
            "dotted, with comments, and the engine chosen",
            """\
{
  virtualisation.oci-containers.backend = "docker"; # for now
  docker-containers."web".image = "old:1";
  docker-containers.«db» = {
    image = "db:1";
    # faster
    extraDockerOptions = [ "--shm-size=1g" ];
  };
}
""",
            fixed="""\
{
  virtualisation.oci-containers.backend = "docker"; # for now
  docker-containers."web".image = "old:1";
  virtualisation.oci-containers.containers.db = {
    image = "db:1";
    # faster
    extraOptions = [ "--shm-size=1g" ];
  };
}
""",
        ),
        Bad(
            "no fix where another file may choose another engine",
            {
                "a.nix": '{ «docker-containers» = { web = { image = "web:1"; }; }; }\n',
                "b.nix": '{ virtualisation.oci-containers.backend = "podman"; }\n',
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


def _fix(definition: WrittenDefinition, value: Value, repository: Repository) -> Fix | None:
    """Write the new names, and choose Docker where it is certain that nothing else chooses an engine."""
    is_whole = definition.path.names[-1] == _OLD
    containers = (
        [entry.value.force() for entry in value.entries.values()]
        if is_whole and isinstance(value, AttrsValue)
        else [value]
    )
    inner = [_inner_edits(container, definition.name, repository) for container in containers]
    prefix = 1 if definition.path.names[:1] == ("config",) else 0
    new = tuple(name for name in CONTAINERS.names if name is not None)
    renamed = renaming(repository, definition, prefix, (_OLD,), new, Safety.SAFE)
    if renamed is None or not inner or any(edits is None for edits in inner):
        return None
    if isinstance(value, AttrsValue) and value.is_open:
        return None
    chosen = _choice(definition, repository)
    if chosen is None:
        return None
    edits = (*renamed.edits, *(edit for found in inner if found is not None for edit in found), *chosen)
    reach = Reach(options=(OptionPath((_OLD,)), OptionPath(CONTAINERS.names[:-1])))
    return Fix(Safety.SAFE, "rename docker-containers to virtualisation.oci-containers.containers", edits, reach=reach)


def _inner_edits(container: Value, name: Place, repository: Repository) -> tuple[FileEdit, ...] | None:
    """The edits that rename ``extraDockerOptions``; ``None`` where it may stand where it is not seen."""
    if not isinstance(container, AttrsValue) or container.is_open:
        return None
    entry = container.entries.get(_OLD_FLAGS)
    if entry is None:
        return ()
    place = entry.name_place
    source = None if place is None else repository.source(place.path)
    if place is None or source is None or place.path != name.path:
        return None
    if source.data[place.span.start : place.span.end] != _OLD_FLAGS.encode():
        return None
    return (FileEdit(place.path, Edit(place.span, b"extraOptions")),)


def _choice(definition: WrittenDefinition, repository: Repository) -> tuple[FileEdit, ...] | None:
    """The edits that choose Docker beside a definition: none where its file does; ``None`` where it is not certain."""
    path = definition.name.path
    speaking = set(repository.files_mentioning(b"oci-containers"))
    if path in speaking:
        return () if _chooses_docker(path, repository) else None
    if speaking:
        return None
    names = definition.path.names
    above = names[: len(names) - definition.written]
    option = OptionPath(("config", *BACKEND.names)) if names[:1] == ("config",) and not above else BACKEND
    around = set_around(repository, definition.name)
    fix = defining(repository, around, [NewDefinition(option, '"docker"')], Safety.SAFE, "choose Docker")
    return None if fix is None else fix.edits


def _chooses_docker(path: FilePath, repository: Repository) -> bool:
    source = repository.source(path)
    chosen = [
        found.value
        for found in (() if source is None else written_definitions(source, repository))
        if found.path.names[-len(BACKEND) :] == BACKEND.names
    ]
    return bool(chosen) and all(isinstance(value, StringValue) and value.text == "docker" for value in chosen)
