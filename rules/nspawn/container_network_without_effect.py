"""Network settings of a container that NixOS ignores."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.rule import (
    AttrsValue,
    Bad,
    BoolValue,
    Confidence,
    Definition,
    Finding,
    Fix,
    Good,
    ListValue,
    NewDefinition,
    NullValue,
    OptionPath,
    Presence,
    Reach,
    Repository,
    Rule,
    Safety,
    Severity,
    StringValue,
    defining,
)

_SETTINGS = (
    # What the module hands to the container only where privateNetwork is true.
    "hostAddress",
    "hostAddress6",
    "hostBridge",
    "localAddress",
    "localAddress6",
    "localMacAddress",
    "forwardPorts",
)
_LINKS = ("hostBridge", "localAddress", "localAddress6")
"""Without one of these a private network leads nowhere."""
_OTHER_NETWORKS = ("interfaces", "macvlans", "networkNamespace", "extraVeths")
"""With one of these, an address may be meant for something else."""


class ContainerNetworkWithoutEffect(Rule[NspawnContainer]):
    """Addresses, a bridge or forwarded ports have no effect in a container that shares the host's network.

    ## What it finds

    A container that sets `hostAddress`, `localAddress`, `hostBridge`, `localMacAddress` or `forwardPorts`, and whose
    `privateNetwork` is provably not set, or `false`.

    ## Why it matters

    NixOS uses these options only with `privateNetwork = true`. Without it the container shares the network of the host: its
    services listen on the host's own addresses, where the host's firewall and the other services of the host are.

    ## What to do

    Set `privateNetwork = true`, as `nixlint fix --unsafe-fixes` does where the container has an address or a bridge, or
    remove the settings. It is unsafe because the
    container's services move to another address.

    ## What keeps it silent

    - `privateNetwork = true`, here or in another file that adds to the container.
    - `interfaces`, `macvlans`, `networkNamespace` or `extraVeths`: the settings may be meant for these.
    - Settings that are `null` or empty, and anything unknown that could be `privateNetwork`.
    - Addresses of the loopback: NixOS writes `localAddress` and `<name>.containers` into the host's `/etc/hosts`.

    ## References

    - [NixOS manual, container networking](https://nixos.org/manual/nixos/stable/#sec-container-networking)
    - nixpkgs, `nixos/modules/virtualisation/nixos-containers.nix`
    """

    name = "container-network-without-effect"
    code = "NL103"
    severity = Severity.WARNING
    confidence = Confidence.CERTAIN
    asks = (NspawnContainer,)

    def check(self, subject: NspawnContainer, repository: Repository) -> Iterator[Finding]:
        """Report the first setting that has no effect, and name them all."""
        if any(subject.option_anywhere(name).presence is not Presence.ABSENT for name in _OTHER_NETWORKS):
            return
        private = subject.option_anywhere("privateNetwork")
        switched_off = isinstance(private.value, BoolValue) and not private.value.value
        if private.presence is not Presence.ABSENT and not switched_off:
            return
        settings = [(name, found) for name in _SETTINGS for found in _set(subject.option(name).definitions)]
        if settings:
            names = ", ".join(dict.fromkeys(name for name, _ in settings))
            why = "privateNetwork is false" if switched_off else "privateNetwork is not set"
            first = settings[0][1]
            effect = "does not reach it" if names == settings[0][0] else "do not reach it"
            yield Finding(
                place=first.name_place or subject.place,
                message=f"{subject.title} shares the host's network ({why}), so {names} {effect}: "
                "its services listen on the host's own addresses",
                help="set privateNetwork = true in the container, or remove the setting",
                option=f"{subject.option_path}.{settings[0][0]}",
                container=subject.name,
                fix=None if switched_off else _fix(subject, repository),
            )

    examples = (
        Bad(
            "addresses without a network",
            """\
{
  containers.web = {
    «hostAddress» = "10.0.0.1";
    localAddress = "10.0.0.2";
    config = { system.stateVersion = "26.05"; };
  };
}
""",
            fixed="""\
{
  containers.web = {
    hostAddress = "10.0.0.1";
    localAddress = "10.0.0.2";
    config = { system.stateVersion = "26.05"; };
    privateNetwork = true;
  };
}
""",
        ),
        Bad(
            "forwarded ports of a network that is switched off",
            """\
{
  containers.web = {
    privateNetwork = false;
    «forwardPorts» = [ { hostPort = 80; } ];
    config = { system.stateVersion = "26.05"; };
  };
}
""",
        ),
        Bad(
            "no fix without an address: the container would be cut off",
            """\
{
  containers.web = {
    «forwardPorts» = [ { hostPort = 80; } { hostPort = 443; } ];
    config = { system.stateVersion = "26.05"; };
  };
}
""",
        ),
        Good(
            "an address of the host's loopback, for its name in /etc/hosts",
            """\
{
  containers.git = {
    privateNetwork = false;
    hostAddress = "127.0.0.1";
    localAddress = "127.0.0.2";
    config = { services.gitea.httpAddress = "127.0.0.2"; };
  };
}
""",
        ),
        Good(
            "a private network",
            """\
{
  containers.web = {
    privateNetwork = true;
    hostAddress = "10.0.0.1";
    config = { networking.useHostResolvConf = false; };
  };
}
""",
        ),
        Good(
            "another file switches it on",
            {
                "a.nix": '{ containers.web = { hostAddress = "10.0.0.1"; config = { }; }; }\n',
                "b.nix": "{ containers.web.privateNetwork = true; }\n",
            },
        ),
        Good(
            "an interface of its own",
            '{ containers.web = { macvlans = [ "eno1" ]; localAddress = "10.0.0.2/24"; config = { }; }; }\n',
        ),
        Good("nothing is set", "{ containers.web = { hostAddress = null; forwardPorts = [ ]; config = { }; }; }\n"),
        Good(
            "it may be switched on",
            """\
{ config, ... }:
{
  containers.web = { privateNetwork = config.my.private; hostAddress = "10.0.0.1"; config = { }; };
}
""",
        ),
    )


_LOOPBACK = "127."
"""Such a localAddress is one of the host's own, to which NixOS has /etc/hosts lead from the name of the container."""


def _set(definitions: tuple[Definition, ...]) -> Iterator[Definition]:
    for definition in definitions:
        match definition.value:
            case NullValue() | ListValue(elements=(), unknowns=()):
                continue
            case StringValue(text=str(text)) if text.startswith(_LOOPBACK):
                continue
            case _:
                yield definition


def _fix(container: NspawnContainer, repository: Repository) -> Fix | None:
    """A network of its own, where it has an address or a bridge for it; without one it would be cut off."""
    if not any(True for name in _LINKS for _ in _set(container.option(name).definitions)):
        return None
    own = [item.value for item in container.definitions if isinstance(item.value, AttrsValue)]
    body = own[0].place if len(own) == 1 else None
    definition = NewDefinition(OptionPath.of("privateNetwork"), "true")
    summary = f"Give {container.title} a network of its own"
    fix = defining(repository, body, (definition,), Safety.UNSAFE, summary)
    return None if fix is None else fix._replace(reach=Reach((definition.option,), container.place))
