"""A container whose copy of the host's resolv.conf may name a resolver that it can't reach."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.host.resolvers import resolvers
from nixlint.containers.host.systems import systems_with
from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.containers.nspawn.inner_resolved import resolved_inside
from nixlint.containers.stated import is_complete, is_false, is_true, texts
from nixlint.rule import (
    Answer,
    Bad,
    Confidence,
    Finding,
    Fix,
    Good,
    ListValue,
    ModuleSystem,
    NewDefinition,
    OptionPath,
    Presence,
    Repository,
    Rule,
    Safety,
    Severity,
    StringValue,
    attributes_of,
    defining_inside,
)

_USE_HOST_RESOLV_CONF = OptionPath.of("networking", "useHostResolvConf")
_RESOLVED_ENABLE = ("services", "resolved", "enable")
_RESOLVED = OptionPath(_RESOLVED_ENABLE)

_WORKAROUNDS_INSIDE = (
    ("networking", "useHostResolvConf"),  # whatever its value: somebody has decided
    ("environment", "etc", "resolv.conf"),  # a file of its own wins over the copy
)
_WORKAROUNDS_OUTSIDE = (
    ("copyResolvConf",),  # the option that recent releases have for it
    ("bindMounts", "/etc/resolv.conf"),  # the host chooses the very file
)
_LOCAL_RESOLVERS = (
    # What puts a loopback address into the resolv.conf of the machine it runs on: modules of nixpkgs that set
    # networking.resolvconf.useLocalResolver, and systemd-resolved. Of those with an option for it, its name.
    (("services", "resolved"), None),
    (("services", "dnsmasq"), "resolveLocalQueries"),
    (("services", "unbound"), "resolveLocalQueries"),
    (("services", "kresd"), None),
    (("services", "bind"), None),
)
_NETWORKD = (OptionPath.of("networking", "useNetworkd"), OptionPath.of("systemd", "network", "enable"))
"""What brings systemd-resolved (nixpkgs, ``nixos/modules/system/boot/networkd.nix``: ``services.resolved.enable = mkDefault
true``). Of a module alone nobody knows whether another one switches it off."""
_USE_LOCAL_RESOLVER = OptionPath.of("networking", "resolvconf", "useLocalResolver")
_LINKS = (
    "hostAddress hostAddress6 localAddress localAddress6 hostBridge forwardPorts extraVeths macvlans interfaces "
    "networkNamespace extraFlags extra"
).split()
"""Without any of these a private network has its loopback alone (nixos-containers.nix)."""


class ContainerHostResolvConf(Rule[NspawnContainer]):
    """A container with its own network uses the host's `resolv.conf`, which may name a resolver that it cannot reach.

    ## What it finds

    A declarative container with a network of its own (`privateNetwork`, `macvlans`, `interfaces` or `networkNamespace`)
    that leaves `networking.useHostResolvConf` at its default, with none of the workarounds in place.

    ## Why it matters

    At each start the host's `/etc/resolv.conf` is copied into the container. If it names a resolver on the host's
    loopback (`127.0.0.53` of systemd-resolved, dnsmasq, unbound), nothing answers there from within the container's
    network, and no name resolves. `networking.nameservers` set in the container is ignored meanwhile. The finding is
    certain where the container sets `nameservers`, or where the same module runs such a resolver on the host.

    ## What to do

    Give the container a resolver of its own, as the NixOS wiki does:

    ```nix
    networking.useHostResolvConf = lib.mkForce false;
    services.resolved.enable = true;
    ```

    `nixlint fix --unsafe-fixes` writes these lines, and `lib` into the function's formals where it is missing.

    ## What keeps it silent

    - Any definition of `networking.useHostResolvConf`, with or without `mkForce`.
    - `environment.etc."resolv.conf"` in the container, `copyResolvConf`, a bind mount over `/etc/resolv.conf`,
      `--resolv-conf=…` in `extraFlags`.
    - A container that shares the host's network, or is made from `path` or `flake`.
    - systemd-resolved in the container, also through systemd-networkd: NixOS refuses that with the host's `resolv.conf`, and
      `container-resolved-and-host-resolv-conf` says so.
    - A network without any link (`privateNetwork = true` alone): there is nothing to ask.
    - A resolver that runs in the container, such as unbound, dnsmasq, kresd, blocky, CoreDNS, BIND, AdGuard Home or Pi-hole
      (`nixlint/data/resolvers.json`), unless an option says that the machine itself does not use it.
    - A host of which everything is known, whose `networking.nameservers` are others than itself.
    - DHCP in the container, which brings a resolver, unless the finding is certain.
    - Anything unknown that could be one of these. `--pedantic` shows these.

    ## References

    - [nixpkgs issue 162686](https://github.com/NixOS/nixpkgs/issues/162686)
    - [NixOS wiki, NixOS containers](https://wiki.nixos.org/wiki/NixOS_Containers)
    """

    name = "container-host-resolv-conf"
    code = "NL102"
    severity = Severity.WARNING
    confidence = Confidence.LIKELY
    asks = (NspawnContainer,)

    def check(self, subject: NspawnContainer, repository: Repository) -> Iterator[Finding]:
        """Report a container with a network of its own whose resolv.conf is the host's."""
        network = subject.network
        workaround = _workaround(subject)
        if Presence.ABSENT is network or Presence.DEFINED is workaround or resolved_inside(subject):
            return
        certain = network is Presence.DEFINED and workaround is Presence.ABSENT
        if not _may_have_link(subject) or _has_own_resolver(subject):
            return
        reason = _certain_reason(subject)
        if reason is None and (_has_dhcp(subject) or _is_within_reach(subject, repository)):
            return
        yield Finding(
            place=subject.place,
            message=_message(subject, reason),
            help="in the container, set networking.useHostResolvConf = lib.mkForce false and "
            "services.resolved.enable = true",
            severity=Severity.ERROR if reason else None,
            confidence=_confidence(certain, reason),
            option=f"{subject.option_path}.config.{_USE_HOST_RESOLV_CONF}",
            container=subject.name,
            fix=_fix(subject, repository) if certain else None,
        )

    examples = (
        Bad(
            "a private network and no workaround; the formals have no lib",
            """\
{
  containers.«web» = {
    privateNetwork = true;
    hostAddress = "10.0.0.1";
    localAddress = "10.0.0.2";
    config = { pkgs, ... }: {
      services.nginx.enable = true;
      system.stateVersion = "26.05";
    };
  };
}
""",
            fixed="""\
{
  containers.web = {
    privateNetwork = true;
    hostAddress = "10.0.0.1";
    localAddress = "10.0.0.2";
    config = { pkgs, lib, ... }: {
      services.nginx.enable = true;
      services.resolved.enable = true;
      system.stateVersion = "26.05";
      networking.useHostResolvConf = lib.mkForce false;
    };
  };
}
""",
        ),
        Bad(
            "nameservers that are ignored",
            """\
{ lib, ... }:
{
  containers.«dns» = {
    macvlans = [ "eno1" ];
    config = {
      networking.nameservers = [ "9.9.9.9" ];
      services.nginx.enable = true;
    };
  };
}
""",
            fixed="""\
{ lib, ... }:
{
  containers.dns = {
    macvlans = [ "eno1" ];
    config = {
      networking.nameservers = [ "9.9.9.9" ];
      networking.useHostResolvConf = lib.mkForce false;
      services.nginx.enable = true;
      services.resolved.enable = true;
    };
  };
}
""",
        ),
        Good(
            "the wiki's workaround",
            """\
{
  containers.web = {
    privateNetwork = true;
    config = { lib, ... }: {
      networking.useHostResolvConf = lib.mkForce false;
      services.resolved.enable = true;
    };
  };
}
""",
        ),
        Good(
            "it shares the host's network",
            '{ containers.web = { localAddress = "10.0.0.2"; config = { }; }; }\n',
        ),
        Good(
            "an imported module has the workaround",
            {
                "configuration.nix": """\
{ containers.web = { privateNetwork = true; config = { imports = [ ./dns.nix ]; }; }; }
""",
                "dns.nix": "{ networking.useHostResolvConf = false; }\n",
            },
        ),
        Good(
            "a resolv.conf of its own",
            """\
{
  containers.web = {
    privateNetwork = true;
    config = { environment.etc."resolv.conf".text = "nameserver 10.0.0.1"; };
  };
}
""",
        ),
        Good(
            "a flag for systemd-nspawn",
            """\
{
  containers.web = {
    privateNetwork = true;
    extraFlags = [ "--resolv-conf=bind-host" ];
    config = { };
  };
}
""",
        ),
        Good(
            "the option of recent releases",
            "{ containers.web = { privateNetwork = true; copyResolvConf = false; config = { }; }; }\n",
        ),
        Good(
            "a resolver by DHCP, on a host whose own one is not in its resolv.conf",
            """\
{
  services.blocky.enable = true;
  containers.web = {
    privateNetwork = true;
    hostBridge = "br0";
    config = { system.stateVersion = "25.05"; networking.interfaces.eth0.useDHCP = true; };
  };
}
""",
        ),
        Good(
            "a host of which everything is known, with a resolver elsewhere",
            {
                "flake.nix": """\
{
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ ./a.nix ]; };
  };
}
""",
                "a.nix": """\
{
  networking.nameservers = [ "9.9.9.9" ];
  containers.web = {
    privateNetwork = true;
    hostAddress = "10.0.0.1";
    localAddress = "10.0.0.2";
    config = { services.nginx.enable = true; };
  };
}
""",
            },
        ),
        Good(
            "no link at all",
            "{ containers.job = { privateNetwork = true; config = { services.nginx.enable = true; }; }; }\n",
        ),
        Good(
            "a resolver of its own",
            """\
{
  containers.dns = {
    privateNetwork = true;
    hostAddress = "10.0.0.1";
    localAddress = "10.0.0.2";
    config = { services.blocky.enable = true; networking.nameservers = [ "9.9.9.9" ]; };
  };
}
""",
        ),
        Good(
            "a file of the host at /etc/resolv.conf",
            """\
{
  containers.web = {
    privateNetwork = true;
    hostAddress = "10.0.0.1";
    localAddress = "10.0.0.2";
    bindMounts.dns = { mountPoint = "/etc/resolv.conf"; hostPath = "/srv/resolv.conf"; };
    config = { services.nginx.enable = true; };
  };
}
""",
        ),
        Good(
            "the container may get it from a flake input",
            """\
{ inputs, ... }:
{
  containers.web = { privateNetwork = true; config = { imports = [ inputs.base.nixosModules.dns ]; }; };
}
""",
        ),
    )


def _workaround(container: NspawnContainer) -> Presence:
    answers = [
        *(container.option_anywhere(*names).presence for names in _WORKAROUNDS_OUTSIDE),
        *(container.option(name).presence for name in ("path", "flake")),
        _resolv_conf_flag(container.option_anywhere("extraFlags")),
        *(container.inside(*names).presence for names in _WORKAROUNDS_INSIDE),
    ]
    is_bound = any(mount.mount_point == "/etc/resolv.conf" for mount in container.bind_mounts)
    if Presence.DEFINED in answers or is_bound:
        return Presence.DEFINED
    return Presence.MAYBE if Presence.MAYBE in answers else Presence.ABSENT


def _may_have_link(container: NspawnContainer) -> bool:
    return any(container.option_anywhere(name).presence is not Presence.ABSENT for name in _LINKS)


def _has_own_resolver(container: NspawnContainer) -> bool:
    """Whether the container certainly runs a resolver that it may well ask itself."""
    return any(
        is_true(container.inside(*resolver.enable))
        and (resolver.switch is None or not is_false(container.inside(*resolver.switch)))
        for resolver in resolvers()
    )


def _resolv_conf_flag(answer: Answer) -> Presence:
    """Whether a list of flags has ``--resolv-conf``."""
    if answer.obstacles:
        return Presence.MAYBE
    found = Presence.ABSENT
    for definition in answer.definitions:
        if not isinstance(definition.value, ListValue):
            return Presence.MAYBE
        for element in (*definition.value.elements, *definition.value.unknowns):
            flag = element.force()
            if not isinstance(flag, StringValue):
                found = Presence.MAYBE
            elif any(isinstance(part, str) and "--resolv-conf" in part for part in flag.parts):
                return Presence.DEFINED
    return found


def _certain_reason(container: NspawnContainer) -> str | None:
    """Why names certainly don't resolve, if the configuration shows it."""
    if container.system.presence(OptionPath.of("networking", "nameservers")) is Presence.DEFINED:
        return "so the networking.nameservers that it sets are ignored"
    option = _local_resolver(container)
    return (
        None if option is None else f"and the host has {option}, whose loopback address is out of the container's reach"
    )


def _local_resolver(container: NspawnContainer) -> OptionPath | None:
    """What certainly puts a loopback address into the host's resolv.conf."""
    host = container.host
    if is_true(host.ask(_USE_LOCAL_RESOLVER)):
        return _USE_LOCAL_RESOLVER
    for service, switch in _LOCAL_RESOLVERS:
        enable = OptionPath((*service, "enable"))
        is_used = switch is None or host.presence(OptionPath((*service, switch))) is Presence.ABSENT
        is_resolved = service == _RESOLVED_ENABLE[:-1]
        if is_true(host.ask(enable)) and is_used and (is_resolved or not is_false(host.ask(_USE_LOCAL_RESOLVER))):
            return enable
    if host.is_whole and host.presence(_RESOLVED) is Presence.ABSENT:
        return next((option for option in _NETWORKD if is_true(host.ask(option))), None)
    return None


def _is_within_reach(container: NspawnContainer, repository: Repository) -> bool:
    """Whether every host that the container may be on names its resolvers, and no loopback address is among them."""
    if container.host.is_whole:
        return _names_no_loopback(container.host)
    systems = tuple(systems_with(container.host_place.path, repository))
    return bool(systems) and all(map(_names_no_loopback, systems))


def _names_no_loopback(host: ModuleSystem) -> bool:
    switches = (
        _USE_LOCAL_RESOLVER,
        *_NETWORKD,
        *(OptionPath((*service, "enable")) for service, _ in _LOCAL_RESOLVERS),
    )
    if not all(_is_off(host.ask(switch)) for switch in switches):
        return False
    if any(host.presence(option) is not Presence.ABSENT for option in _OWN_FILES):
        return False
    servers = host.ask(_NAMESERVERS)
    known = texts(servers)
    return bool(known) and is_complete(servers) and not any(each.what.startswith(("127.", "::1")) for each in known)


def _is_off(answer: Answer) -> bool:
    return answer.presence is Presence.ABSENT or is_false(answer)


_NAMESERVERS = OptionPath.of("networking", "nameservers")
_OWN_FILES = (
    # What else says what is in the file: text of its own, a plugin of NetworkManager.
    OptionPath.of("environment", "etc", "resolv.conf"),
    OptionPath.of("networking", "networkmanager", "dns"),
    OptionPath.of("networking", "resolvconf", "extraConfig"),
)


def _has_dhcp(container: NspawnContainer) -> bool:
    """Whether the container may get a resolver by DHCP, which openresolv prefers to the host's (metric 1000)."""
    if is_true(container.inside("networking", "useDHCP")):
        return True
    interfaces = container.inside("networking", "interfaces").definitions
    return any(
        name == "useDHCP"
        for definition in interfaces
        for _, interface in attributes_of(definition)
        for name, _ in attributes_of(interface)
    )


def _confidence(certain: bool, reason: str | None) -> Confidence:
    if not certain:
        return Confidence.POSSIBLE
    return Confidence.CERTAIN if reason else Confidence.LIKELY


def _message(container: NspawnContainer, reason: str | None) -> str:
    why = reason or "if that names a resolver on the host's loopback (127.0.0.53), DNS fails in the container"
    return f"{container.title} has a network of its own but uses the host's resolv.conf; {why}"


def _fix(container: NspawnContainer, repository: Repository) -> Fix | None:
    definitions = (
        NewDefinition(_USE_HOST_RESOLV_CONF, "lib.mkForce false", ("lib",)),
        NewDefinition(_RESOLVED, "true"),
    )
    summary = f"Give {container.title} a resolver of its own"
    return defining_inside(repository, container, definitions, Safety.UNSAFE, summary)
