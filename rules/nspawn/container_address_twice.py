"""Two containers of one host with the same address."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.host.addresses import Address, addresses_of
from nixlint.containers.host.system import HostSystem
from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.containers.stated import implied
from nixlint.rule import Bad, Confidence, Finding, Good, Note, Repository, Rule, Severity


class ContainerAddressTwice(Rule[HostSystem]):
    """Two containers of one host have the same address, so one of them cannot be reached.

    ## What it finds

    Two declarative containers with the same `localAddress` or `localAddress6`, declared in one module, or in two files
    that one host of the repository imports.

    ## Why it matters

    The host has two routes to one address and uses one of them. Traffic for one container ends up in the other.

    ## What to do

    Give one of them another address.

    ## What keeps it silent

    - Containers of different hosts, and containers that exist under different conditions.
    - A container without `privateNetwork = true`, whose addresses have no effect.
    - The same `hostAddress` twice: each container has a link of its own, and the host may have the same address on all
      of them.
    - Addresses and names that are not known, and one container that is declared in several places.

    ## References

    - [NixOS manual, container networking](https://nixos.org/manual/nixos/stable/#sec-container-networking)
    """

    name = "container-address-twice"
    code = "NL106"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (HostSystem,)

    def check(self, subject: HostSystem, _repository: Repository) -> Iterator[Finding]:
        """Report an address that a container written before has too."""
        taken: dict[str, list[tuple[NspawnContainer, Address]]] = {}
        for container in sorted(subject.containers, key=_order):
            for address in addresses_of(container) if container.has_private_network else ():
                earlier = taken.setdefault(address.address, [])
                other = next((found for found in earlier if _are_together(container, found[0])), None)
                if other is not None:
                    yield self._finding(container, address, *other)
                earlier.append((container, address))

    def _finding(self, container: NspawnContainer, address: Address, other: NspawnContainer, taken: Address) -> Finding:
        return Finding(
            place=address.place,
            message=f"{container.title} has the address {address.address}, which {other.title} has too: "
            "one of them is not reachable",
            help="give one of them another address",
            option=f"{container.option_path}.{address.option}",
            container=container.name,
            evidence=address.address,
            notes=(Note(taken.place, "the other one"),),
        )

    examples = (
        Bad(
            "in one module",
            """\
{
  containers = {
    web = {
      privateNetwork = true;
      hostAddress = "10.0.0.1";
      localAddress = "10.0.0.2";
      config = { system.stateVersion = "26.05"; networking.useHostResolvConf = false; };
    };
    mail = {
      privateNetwork = true;
      hostAddress = "10.0.0.1";
      «localAddress» = "10.0.0.2";
      config = { system.stateVersion = "26.05"; networking.useHostResolvConf = false; };
    };
  };
}
""",
        ),
        Bad(
            "in two files of one host",
            {
                "configuration.nix": "{ imports = [ ./a.nix ./b.nix ]; }\n",
                "a.nix": '{ containers.a = { privateNetwork = true; localAddress = "10.0.0.2/24"; config = { }; }; }\n',
                "b.nix": '{ containers.b = { privateNetwork = true; «localAddress» = "10.0.0.2"; config = { }; }; }\n',
            },
        ),
        Good(
            "two hosts",
            {
                "one/configuration.nix": '{ containers.a = { privateNetwork = true; localAddress = "10.0.0.2"; '
                "config = { }; }; }\n",
                "two/configuration.nix": '{ containers.b = { privateNetwork = true; localAddress = "10.0.0.2"; '
                "config = { }; }; }\n",
            },
        ),
        Good(
            "one or the other, by conditions",
            """\
{ config, lib, ... }:
{
  containers.a = lib.mkIf config.a { privateNetwork = true; localAddress = "10.0.0.2"; config = { }; };
  containers.b = lib.mkIf config.b { privateNetwork = true; localAddress = "10.0.0.2"; config = { }; };
}
""",
        ),
        Good(
            "alternatives, of which somebody starts one",
            """\
{
  containers.old = { autoStart = false; privateNetwork = true; localAddress = "10.0.0.2"; config = { }; };
  containers.new = { autoStart = false; privateNetwork = true; localAddress = "10.0.0.2"; config = { }; };
}
""",
        ),
        Good(
            "the host's side is the same",
            """\
{
  containers.a = { privateNetwork = true; hostAddress = "10.0.0.1"; localAddress = "10.0.0.2"; config = { }; };
  containers.b = { privateNetwork = true; hostAddress = "10.0.0.1"; localAddress = "10.0.0.3"; config = { }; };
}
""",
        ),
    )


def _order(container: NspawnContainer) -> tuple[str, int]:
    return str(container.place.path), container.place.span.start


def _are_together(one: NspawnContainer, other: NspawnContainer) -> bool:
    """Whether one of two containers certainly exists wherever the other does, and is not the same one."""
    if one.is_started_by_hand and other.is_started_by_hand:
        return False
    together = implied(one.conditions, other.conditions) or implied(other.conditions, one.conditions)
    return together and None not in (one.name, other.name) and one.name != other.name
