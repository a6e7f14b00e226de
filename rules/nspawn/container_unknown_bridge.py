"""A container on a bridge that nothing makes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from nixlint.containers.host.system import HostSystem
from nixlint.containers.stated import Stated, texts
from nixlint.rule import Bad, Confidence, Finding, Good, Obstacle, Repository, Rule, Severity, ask_files

_MADE_BY_PROGRAMS = {
    "virbr0": "libvirt's default network",
    "docker0": "Docker's default network",
    "podman0": "Podman's default network",
    "cni-podman0": "Podman's default network, in releases with CNI",
    "lxcbr0": "LXC's default network",
    "lxdbr0": "LXD's default network",
    "incusbr0": "Incus's default network",
    "cni0": "the bridge of CNI, as Kubernetes uses it",
}
_MADE_BY_OPTIONS = (
    ("networking", "bridges", "*"),
    ("networking", "vswitches", "*"),
    ("systemd", "network", "netdevs", "*", "netdevConfig", "Name"),
)


class ContainerUnknownBridge(Rule[HostSystem]):
    """A container on a bridge that nothing in the repository creates does not start.

    ## What it finds

    A container of one of the repository's hosts whose `hostBridge` is a name that stands nowhere else in the repository.

    ## Why it matters

    systemd-nspawn does not make the bridge: where it is missing, the container's unit fails, at each boot.

    ## What to do

    Define the bridge, for instance with `networking.bridges.<name>.interfaces`, or correct the name.

    ## What keeps it silent

    - A module that no host of the repository uses: its bridge may be made where it is used.
    - The name anywhere else in the repository's Nix files, be it in an option, a script or a comment.
    - Bridges that programs make: `virbr0`, `docker0`, `podman0`, `lxdbr0`, `incusbr0` and the like.
    - Bridges or network devices of the repository whose names are not known, and a `hostBridge` that is not known, or
      whose name is put together, as in `"br-${name}"`.

    ## References

    - systemd-nspawn(1), `--network-bridge=`
    """

    name = "container-unknown-bridge"
    code = "NL116"
    severity = Severity.WARNING
    confidence = Confidence.LIKELY
    asks = (HostSystem,)

    def check(self, subject: HostSystem, repository: Repository) -> Iterator[Finding]:
        """Report a bridge that is named nowhere else."""
        for container in subject.containers if subject.is_whole else ():
            for bridge in texts(container.option("hostBridge")) if container.has_private_network else ():
                if bridge.conditions or bridge.what in _MADE_BY_PROGRAMS or not _is_written_out(bridge, repository):
                    continue
                if _is_named_elsewhere(bridge.what, repository) or _NamelessBridges.of(repository).any:
                    continue
                yield Finding(
                    place=bridge.place,
                    message=f"{container.title} is to join bridge {bridge.what}, which nothing in this repository makes: "
                    "it does not start without",
                    help=f"define it, as in networking.bridges.{bridge.what}.interfaces = [ ], or correct the name",
                    option=f"{container.option_path}.hostBridge",
                    container=container.name,
                    evidence=bridge.what,
                )

    examples = (
        Bad(
            "a name that is wrong",
            """\
{
  networking.bridges.brcontainers.interfaces = [ "eno2" ];
  containers.web = {
    privateNetwork = true;
    hostBridge = «"br-containers"»;
    config = { };
  };
}
""",
        ),
        Good(
            "the bridge is made in another file",
            {
                "a.nix": '{ containers.web = { privateNetwork = true; hostBridge = "br0"; config = { }; }; }\n',
                "b.nix": '{ systemd.network.netdevs."10-br0".netdevConfig = { Name = "br0"; Kind = "bridge"; }; }\n',
            },
        ),
        Good(
            "a module for others to use",
            {"module.nix": '{ containers.web = { privateNetwork = true; hostBridge = "br0"; config = { }; }; }\n'},
        ),
        Good(
            "libvirt makes it",
            '{ containers.web = { privateNetwork = true; hostBridge = "virbr0"; config = { }; }; }\n',
        ),
        Good(
            "a name that is put together, here and for the bridge",
            """\
let
  vlan = "lan";
in
{
  containers.web = {
    privateNetwork = true;
    hostBridge = "br-${vlan}";
    config = { };
  };
  networking.bridges = builtins.listToAttrs [ { name = "br-${vlan}"; value.interfaces = [ ]; } ];
}
""",
        ),
        Good(
            "bridges whose names are not known",
            """\
{ lib, config, ... }:
{
  networking.bridges = lib.mapAttrs (_: _: { interfaces = [ ]; }) config.my.networks;
  containers.web = { privateNetwork = true; hostBridge = "br1"; config = { }; };
}
""",
        ),
    )


class _NamelessBridges(NamedTuple):
    """Whether the repository makes network devices whose names are not known."""

    any: bool

    @classmethod
    def of(cls, repository: Repository) -> _NamelessBridges:
        """The fact, worked out once."""
        return repository.remember(
            cls, lambda: cls(any(_has_nameless(option, repository) for option in _MADE_BY_OPTIONS))
        )


def _has_nameless(option: tuple[str, ...], repository: Repository) -> bool:
    above = option[: option.index("*")]
    obstacles = (obstacle for _, answer in ask_files(repository, above) for obstacle in answer.obstacles)
    if any(_is_about(above[-1], obstacle, repository) for obstacle in obstacles):
        return True
    for found, answer in ask_files(repository, option):
        known = sum(1 for _ in texts(answer))
        if None in found.names or (option[-1] == "Name" and known < len(answer.definitions)):
            return True
    return False


def _is_about(name: str, obstacle: Obstacle, repository: Repository) -> bool:
    """Whether something unknown may define an option of this name: it stands in a file that has the word."""
    source = None if obstacle.place is None else repository.source(obstacle.place.path)
    return source is None or name.encode() in source.data


def _is_written_out(bridge: Stated[str], repository: Repository) -> bool:
    """Whether a name stands where it is given; one that is put together there may be put together elsewhere as well."""
    source = repository.source(bridge.place.path)
    span = bridge.place.span
    return source is not None and bridge.what.encode() in source.data[span.start : span.end]


def _is_named_elsewhere(name: str, repository: Repository) -> bool:
    """Whether a name stands in the repository's files more often than as a ``hostBridge``."""
    word = name.encode()
    for path in repository.files_mentioning(word):
        source = repository.source(path)
        if source is None:
            return True
        lines = [line for line in source.data.splitlines() if word in line]
        if any(b"hostBridge" not in line for line in lines):
            return True
    return False
