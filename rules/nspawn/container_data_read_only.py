"""A read-only bind mount over the data of a service."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from nixlint.containers.host.stateful_services import StatefulService, stateful_services
from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.containers.nspawn.options import BindMount
from nixlint.rule import (
    Bad,
    Confidence,
    Edit,
    FileEdit,
    Finding,
    Fix,
    Good,
    Note,
    Reach,
    Repository,
    Rule,
    Safety,
    Severity,
    Span,
)


class ContainerDataReadOnly(Rule[NspawnContainer]):
    """A service cannot write to a data directory that is bound read-only, the default of bind mounts, and does not start.

    ## What it finds

    A container that runs a service which keeps data, with a bind mount at the directory of the data, or above it, that is
    read-only: `isReadOnly` is not set, which means `true`, or it is bound by the flag `--bind-ro`.

    ## Why it matters

    `isReadOnly` is true by default. The service fails when it first writes: *Read-only file system*.

    ## What to do

    Set `isReadOnly = false` for the directory. With users of its own (`privateUsers`), the container needs the option
    `idmap` of systemd-nspawn besides: `bindMounts."/var/lib/gitea:idmap"`.

    ## What keeps it silent

    - Another bind mount nearer to the directory that is writable, or of which it is not known.
    - A file system of the container's own, or a link, at the directory.
    - Bind mounts, flags or a directory that are not known, and a mount under a condition.
    - Services that are not in the table of those that keep data.

    ## References

    - nixpkgs, `nixos/modules/virtualisation/nixos-containers.nix`, `isReadOnly`
    - `nixlint/data/stateful_services.json`, the services and their directories with their sources
    """

    name = "container-data-read-only"
    code = "NL129"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (NspawnContainer,)

    def check(self, subject: NspawnContainer, repository: Repository) -> Iterator[Finding]:
        """Report each bind mount that keeps a service from its data."""
        if not subject.bind_mounts or not subject.knows_mounts:
            return
        for service in stateful_services(subject.system):
            mounts = [_nearest(subject.bind_mounts, directory) for directory in service.directories]
            mount = mounts[0]
            if mount is None or not all(found is None or _is_read_only(found) for found in mounts):
                continue
            if not any(_is_at(inner, path) for path in service.directories for inner in subject.brought_inside):
                yield self._finding(subject, service, mount, repository)

    def _finding(
        self, container: NspawnContainer, service: StatefulService, mount: BindMount, repository: Repository
    ) -> Finding:
        return Finding(
            place=mount.place,
            message=f"{container.title} gets {mount.mount_point} read-only, where {service.service} keeps its data: it "
            "cannot write there",
            help="set isReadOnly = false for this bind mount",
            option=f"{container.option_path}.bindMounts",
            container=container.name,
            evidence=service.service,
            notes=(Note(service.place, "the service"),),
            fix=_fix(container, mount, repository),
        )

    examples = (
        Bad(
            "the default, a flag",
            """\
{
  containers.git = {
    bindMounts.«"/var/lib/gitea"».hostPath = "/srv/gitea";
    config = { services.gitea.enable = true; system.stateVersion = "26.05"; };
  };
  containers.tv = {
    extraFlags = [ «"--bind-ro=/srv/tv:/var/lib/jellyfin"» ];
    config = { services.jellyfin.enable = true; system.stateVersion = "26.05"; };
  };
}
""",
        ),
        Bad(
            "a folder above",
            """\
{
  containers.db = {
    bindMounts.«state» = { mountPoint = "/var/lib"; hostPath = "/srv/db"; isReadOnly = true; };
    config = { services.postgresql.enable = true; system.stateVersion = "26.05"; };
  };
}
""",
            fixed="""\
{
  containers.db = {
    bindMounts.state = { mountPoint = "/var/lib"; hostPath = "/srv/db"; isReadOnly = false; };
    config = { services.postgresql.enable = true; system.stateVersion = "26.05"; };
  };
}
""",
        ),
        Bad(
            "a mount whose set is written in braces",
            """\
{
  containers.git = {
    bindMounts.«"/var/lib/gitea"» = { hostPath = "/srv/gitea"; };
    config = { services.gitea.enable = true; system.stateVersion = "26.05"; };
  };
}
""",
            fixed="""\
{
  containers.git = {
    bindMounts."/var/lib/gitea" = { isReadOnly = false; hostPath = "/srv/gitea"; };
    config = { services.gitea.enable = true; system.stateVersion = "26.05"; };
  };
}
""",
        ),
        Good(
            "writable, or writable nearer to the data",
            """\
{
  containers.git = {
    bindMounts."/var/lib/gitea" = { hostPath = "/srv/gitea"; isReadOnly = false; };
    bindMounts."/var/lib/gitea/custom".hostPath = "/srv/theme";
    config = { services.gitea.enable = true; system.stateVersion = "26.05"; };
  };
  containers.db = {
    bindMounts."/var/lib".hostPath = "/srv/state";
    bindMounts."/var/lib/postgresql" = { hostPath = "/srv/db"; isReadOnly = false; };
    config = { services.postgresql.enable = true; system.stateVersion = "26.05"; };
  };
}
""",
        ),
        Good(
            "another directory, a file system of its own, and what is not known",
            """\
{ config, ... }:
{
  containers.git = {
    bindMounts."/var/lib/gitea".hostPath = "/srv/old";
    config = { services.gitea = { enable = true; stateDir = "/srv/gitea"; }; system.stateVersion = "26.05"; };
  };
  containers.db = {
    bindMounts."/var/lib/mysql".hostPath = "/srv/db";
    config = {
      services.mysql.enable = true;
      fileSystems."/var/lib/mysql" = { device = "tmpfs"; fsType = "tmpfs"; };
      system.stateVersion = "26.05";
    };
  };
  containers.tv = {
    bindMounts."/var/lib/jellyfin".isReadOnly = config.my.frozen;
    config = { services.jellyfin.enable = true; system.stateVersion = "26.05"; };
  };
}
""",
        ),
        Good(
            "another file makes it writable",
            {
                "a.nix": """\
{
  containers.git = {
    bindMounts."/var/lib/gitea".hostPath = "/srv/gitea";
    config = { services.gitea.enable = true; system.stateVersion = "26.05"; };
  };
}
""",
                "b.nix": '{ containers.git.bindMounts."/var/lib/gitea".isReadOnly = false; }\n',
            },
        ),
    )


def _nearest(mounts: tuple[BindMount, ...], directory: PurePosixPath) -> BindMount | None:
    """The bind mount at a directory, or at the nearest folder above it."""
    around = [mount for mount in mounts if mount.mount_point and _is_at(PurePosixPath(mount.mount_point), directory)]
    return max(around, key=lambda mount: len(PurePosixPath(mount.mount_point or "/").parts), default=None)


def _is_at(path: PurePosixPath, directory: PurePosixPath) -> bool:
    """Whether something at a path holds a directory."""
    return path == directory or path in directory.parents


def _is_read_only(mount: BindMount) -> bool:
    return mount.writable is False and not mount.conditions


def _fix(container: NspawnContainer, mount: BindMount, repository: Repository) -> Fix | None:
    """Make a mount writable whose set says that it is read-only, or says nothing and is written in braces."""
    source = repository.source(mount.place.path)
    if source is None or container.body is None:
        return None
    written = _set_behind(source.data, mount.place.span.end)
    if written is None:
        return None
    text = source.data[written.start : written.end]
    stated = re.search(rb"\bisReadOnly\s*=\s*true\s*;", text)
    if stated is not None:
        span, new = Span(written.start + stated.start(), written.start + stated.end()), b"isReadOnly = false;"
    elif b"isReadOnly" in text:
        return None
    else:
        span, new = Span(written.start + 1, written.start + 1), b" isReadOnly = false;"
    return Fix(
        Safety.UNSAFE,
        f"Let {container.title} write to {mount.mount_point}",
        (FileEdit(mount.place.path, Edit(span, new)),),
        reach=Reach((container.option_path / "bindMounts",)),
    )


def _set_behind(data: bytes, at: int) -> Span | None:
    """The set in braces that a name is bound to right here, if there is no set, text or comment within it."""
    found = re.compile(rb"\"?\s*=\s*(\{[^{}#]*\})\s*;").match(data, at)
    return None if found is None else Span(*found.span(1))
