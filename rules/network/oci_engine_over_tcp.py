"""A container engine that takes orders over the network."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nixlint.containers.languages.port_mapping import is_loopback
from nixlint.containers.stated import elements
from nixlint.rule import (
    Bad,
    Confidence,
    Definition,
    Finding,
    Good,
    OptionPath,
    Repository,
    Rule,
    Severity,
    StringValue,
    Value,
    WrittenDefinition,
    ask_within,
)

_SOCKETS = (
    ("virtualisation", "docker", "listenOptions"),
    ("systemd", "sockets", "docker", "listenStreams"),
    ("systemd", "sockets", "docker", "socketConfig", "ListenStream"),
    ("systemd", "sockets", "podman", "listenStreams"),
    ("systemd", "sockets", "podman", "socketConfig", "ListenStream"),
)
"""Options whose values systemd reads as ``ListenStream=`` (systemd.socket(5))."""
_HOSTS = ("virtualisation", "docker", "daemon", "settings", "hosts")
"""The option whose values the Docker daemon reads as ``--host``."""
_FLAGS = ("virtualisation", "docker", "extraOptions")
"""The option whose text is put behind ``dockerd`` (nixos/modules/virtualisation/docker.nix)."""
_OPTIONS = (*_SOCKETS, _HOSTS, _FLAGS)
_LAST_NAMES = frozenset(names[-1].encode() for names in (*_SOCKETS, _HOSTS, _FLAGS))
_HOST_FLAG = re.compile(r"(?:^|\s)(?:-H|--host)[=\s]?[\"']?(tcp://[^\s\"']+)")
_UNKNOWN = "\0"
_STREAM = re.compile(rf"(?:(?P<address>\[[^\]]*\]|[\w.{_UNKNOWN}-]*):)?[0-9]{{1,5}}")
_HOST = re.compile(r"tcp://(?P<address>\[[^\]]*\]|[^:/]*)(?::[^/]*)?/?")


class OciEngineOverTcp(Rule[WrittenDefinition]):
    """A container engine that listens on TCP without TLS gives root to everyone who can reach the port.

    ## What it finds

    A TCP address among the sockets of Docker or Podman: in `virtualisation.docker.listenOptions`, in
    `virtualisation.docker.daemon.settings.hosts`, behind `-H` in `virtualisation.docker.extraOptions`, or in the
    `listenStreams` of the sockets' units.

    ## Why it matters

    The engine asks for no password. Everyone who reaches the port can start a container with the host's root mounted. On
    `127.0.0.1` that is every user and every service of the host, and every container in its network, whatever group they
    are in; on `0.0.0.0` it is the network, and machines that look for port 2375 find it within hours.

    ## What to do

    Reach the engine over SSH, `docker context create … --docker host=ssh://user@host`, or require certificates
    (`daemon.settings.tlsverify`, or `virtualisation.podman.networkSocket`, which has TLS before it).

    ## What keeps it silent

    - `tlsverify` anywhere in the repository.
    - Sockets with a path, and addresses that are not known to be ones.

    ## References

    - [Docker: protect the daemon socket](https://docs.docker.com/engine/security/protect-access/)
    - `nixos/modules/virtualisation/docker.nix`, `listenOptions`; systemd.socket(5), `ListenStream=`
    """

    name = "oci-engine-over-tcp"
    code = "NL224"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (WrittenDefinition,)
    names = _LAST_NAMES

    def may_be_at(self, path: OptionPath) -> bool:
        """Whether it is one of the options that say on what an engine listens."""
        return _names_of(path) in _OPTIONS

    def check(self, subject: WrittenDefinition, repository: Repository) -> Iterator[Finding]:
        """Report each TCP address on which an engine listens."""
        names = _names_of(subject.path)
        if names not in _OPTIONS:
            return
        matched = _STREAM.fullmatch if names in _SOCKETS else _HOST.fullmatch
        for stated in elements(ask_within((Definition(subject.value, subject.name),), OptionPath(()))):
            text = _text_of(stated.what)
            flag = None if text is None or names != _FLAGS else _HOST_FLAG.search(text)
            text = text if flag is None else flag[1]
            match = None if text is None else matched(text)
            if match is None or text is None or repository.mentions(b"tlsverify"):
                continue
            who = (
                "every user and service of the host"
                if is_loopback(match["address"] or "")
                else "every machine that reaches it"
            )
            yield Finding(
                place=stated.place,
                message=f"{names[2].capitalize() if names[0] == 'systemd' else 'Docker'} takes orders over TCP without TLS: "
                f"{who} is root",
                help="reach it over SSH, or demand certificates with tlsverify",
                option=".".join(name or "…" for name in names),
                evidence=text.replace(_UNKNOWN, "…"),
            )

    examples = (
        Bad(
            "on every address, and on the loopback",
            """\
{
  virtualisation.docker = {
    enable = true;
    listenOptions = [ "/run/docker.sock" «"0.0.0.0:2375"» «"127.0.0.1:2376"» ];
  };
}
""",
        ),
        Bad(
            "in the settings of the daemon",
            """\
{
  virtualisation.docker.daemon.settings = {
    hosts = [ "unix:///run/docker.sock" «"tcp://0.0.0.0:2375"» ];
  };
}
""",
        ),
        Bad(
            "a port alone, for Podman",
            """\
{
  systemd.sockets.podman.listenStreams = [ «"2375"» ];
}
""",
        ),
        Bad(
            "among the flags of the daemon",
            """\
{
  virtualisation.docker.extraOptions = «"--debug -H tcp://0.0.0.0:2376 --tls=false"»;
}
""",
        ),
        Good(
            "flags of another kind, and with certificates",
            """\
{
  virtualisation.docker.extraOptions = "--registry-mirror=https://mirror.example.org -H unix:///run/docker.sock";
}
""",
        ),
        Good(
            "with certificates",
            """\
{
  virtualisation.docker.daemon.settings = {
    hosts = [ "tcp://0.0.0.0:2376" ];
    tlsverify = true;
    tlscacert = "/etc/docker/ca.pem";
  };
}
""",
        ),
        Good(
            "sockets with a path, and another program's",
            """\
{ config, ... }:
{
  virtualisation.docker.listenOptions = [ "/run/docker.sock" config.my.socket ];
  virtualisation.docker.daemon.settings.hosts = [ "fd://" "unix:///run/docker.sock" ];
  systemd.sockets.web.listenStreams = [ "0.0.0.0:2375" ];
}
""",
        ),
    )


def _names_of(path: OptionPath) -> tuple[str | None, ...]:
    """The names of an option, without the `config` that a module may begin them with."""
    return path.names[1:] if path.names[:1] == ("config",) else path.names


def _text_of(value: Value) -> str | None:
    if not isinstance(value, StringValue):
        return None
    return "".join(part if isinstance(part, str) else _UNKNOWN for part in value.parts)
