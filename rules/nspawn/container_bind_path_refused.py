"""A path of a bind mount that systemd-nspawn does not take."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.containers.nspawn.options import BindMount
from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity


class ContainerBindPathRefused(Rule[NspawnContainer]):
    """A bind mount with a space in a path, or with a relative path, prevents the container from starting.

    ## What it finds

    A `hostPath` or `mountPoint` of a bind mount (or its name, which is the mount point by default) that has a blank in
    it or does not begin with `/`.

    ## Why it matters

    NixOS puts the bind mounts into one variable of the unit and lets the shell split it at blanks: `--bind-ro=/srv/my
    books` is a flag and a word that systemd-nspawn takes for the program to start. A path that is not absolute it
    refuses: *Invalid argument*. No quotes and no escapes help.

    ## What to do

    Write an absolute path without a blank. Where the folder has one, mount it elsewhere first
    (`fileSystems."/srv/books" = { device = "/srv/my books"; options = [ "bind" ]; };`) and bind that.

    ## What keeps it silent

    - A path that is not known, and a mount under a condition.
    - A `hostPath` with systemd-nspawn's prefixes `+` and `-`.

    ## References

    - [nixpkgs issue 482452](https://github.com/NixOS/nixpkgs/issues/482452)
    - nixpkgs, `nixos/modules/virtualisation/nixos-containers.nix`, `mkBindFlag` and `EXTRA_NSPAWN_FLAGS`
    - systemd, `src/nspawn/nspawn-mount.c`, `bind_mount_parse`
    """

    name = "container-bind-path-refused"
    code = "NL134"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (NspawnContainer,)

    def check(self, subject: NspawnContainer, _repository: Repository) -> Iterator[Finding]:
        """Report each bind mount with such a path, once."""
        for mount in subject.bind_mounts:
            fault = _fault(mount) if not mount.conditions else None
            if fault is not None:
                yield Finding(
                    place=mount.place,
                    message=f"{subject.title} does not start: {fault}",
                    help="write absolute paths without blanks; mount a folder with a blank elsewhere first",
                    option=f"{subject.option_path}.bindMounts",
                    container=subject.name,
                    evidence=mount.mount_point or "",
                )

    examples = (
        Bad(
            "a blank, and paths that are not absolute",
            """\
{
  containers.books = {
    bindMounts.«"/srv/my books"» = { };
    bindMounts.«"/films"».hostPath = "/srv/my films";
    bindMounts.«shelf».hostPath = "/srv/shelf";
    bindMounts.«"/music"».hostPath = "~/music";
    config = { system.stateVersion = "26.05"; };
  };
}
""",
        ),
        Good(
            "absolute, and the name of a mount that is no path",
            """\
{
  containers.books = {
    bindMounts."/srv/my-books" = { };
    bindMounts.shelf = { mountPoint = "/shelf"; hostPath = "/srv/shelf"; };
    bindMounts."/inner".hostPath = "+/var/inner";
    bindMounts."/data:idmap".hostPath = "/srv/data";
    config = { system.stateVersion = "26.05"; };
  };
}
""",
        ),
        Good(
            "not known, or under a condition",
            """\
{ config, lib, ... }:
{
  containers.books = {
    bindMounts.${config.my.path}.hostPath = config.my.source;
    bindMounts."my books" = lib.mkIf config.my.books { hostPath = "/srv/books"; };
    config = { system.stateVersion = "26.05"; };
  };
}
""",
        ),
    )


def _fault(mount: BindMount) -> str | None:
    for path, may_have_prefix in ((mount.host_path, True), (mount.mount_point, False)):
        if not path:
            continue
        if any(character.isspace() for character in path):
            return f"the shell splits the path {path!r} of a bind mount at the blank"
        if not (path.lstrip("+-") if may_have_prefix else path).startswith("/"):
            return f"the path {path!r} of a bind mount is not absolute"
    return None
