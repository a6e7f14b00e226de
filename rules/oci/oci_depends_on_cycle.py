"""Containers that wait for each other."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from nixlint.containers.host.system import HostSystem
from nixlint.containers.oci.container import OciContainer, OciModule, Text
from nixlint.rule import Bad, Confidence, Finding, Good, Note, Place, Repository, Rule, Severity


class OciDependsOnCycle(Rule[OciModule | HostSystem]):
    """If containers depend on each other in a cycle, systemd does not start one of them.

    ## What it finds

    OCI containers of one host of which each names the next in `dependsOn`, and the last the first, whichever of its modules
    they are in; and a container that names itself.

    ## Why it matters

    NixOS orders the units after each other and does not look for circles. systemd breaks one at the start by dropping
    the start of a unit, and no message says in advance which one: *Found ordering cycle*.

    ## What to do

    Take one of the names out.

    ## What keeps it silent

    - Containers in modules that no host of the repository has together, and containers and dependencies under a condition.
    - A name that is not known.

    ## References

    - systemd.unit(5), `After=` and `Requires=`
    """

    name = "oci-depends-on-cycle"
    code = "NL213"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (OciModule, HostSystem)

    def check(self, subject: OciModule | HostSystem, _repository: Repository) -> Iterator[Finding]:
        """Report each circle once, at the dependency of its first container; of a host, those that no module holds alone."""
        if isinstance(subject, OciModule):
            yield from self._circles_of(subject.containers)
        elif subject.is_whole:
            yield from (found for found in self._circles_of(subject.oci_containers) if _is_in_several_files(found))

    def _circles_of(self, found: tuple[OciContainer, ...]) -> Iterator[Finding]:
        containers = {
            container.name: container
            for container in sorted(found, key=_order)
            if container.name is not None and not container.conditions
        }
        reported: set[str] = set()
        for name, container in containers.items():
            circle = None if name in reported else _circle(name, containers)
            if circle is not None:
                reported.update(circle)
                links = [_link(containers[one], other) for one, other in pairwise((*circle, circle[0]))]
                yield self._finding(container, circle, links)

    def _finding(self, container: OciContainer, circle: tuple[str, ...], links: list[Place]) -> Finding:
        way = " → ".join((*circle, circle[0]))
        return Finding(
            place=links[0],
            message=f"{container.title} waits for itself: {way}",
            help="take one of the names out",
            option=f"{container.option_path}.dependsOn",
            container=container.name,
            evidence=way,
            notes=tuple(Note(link, "and waits here") for link in links[1:]),
        )

    examples = (
        Bad(
            "by way of another",
            """\
{
  virtualisation.oci-containers.containers = {
    app = { image = "app:1"; dependsOn = [ "cache" «"db"» ]; };
    cache.image = "cache:1";
    db = { image = "db:1"; dependsOn = [ "app" ]; };
  };
}
""",
        ),
        Bad("on itself", '{\n  virtualisation.oci-containers.containers.a.dependsOn = [ «"a"» ];\n}\n'),
        Bad(
            "by way of another module of the host",
            {
                "configuration.nix": "{ imports = [ ./a.nix ./b.nix ]; }\n",
                "a.nix": """\
{ virtualisation.oci-containers.containers.a = { image = "a:1"; dependsOn = [ «"b"» ]; }; }
""",
                "b.nix": """\
{ virtualisation.oci-containers.containers.b = { image = "b:1"; dependsOn = [ "a" ]; }; }
""",
            },
        ),
        Good(
            "modules of different hosts",
            {
                "one/configuration.nix": """\
{ virtualisation.oci-containers.containers = { a = { image = "a:1"; dependsOn = [ "b" ]; }; b.image = "b:1"; }; }
""",
                "two/configuration.nix": """\
{ virtualisation.oci-containers.containers = { b = { image = "b:1"; dependsOn = [ "a" ]; }; a.image = "a:1"; }; }
""",
            },
        ),
        Good(
            "two ways to the same",
            """\
{
  virtualisation.oci-containers.containers = {
    app = { image = "app:1"; dependsOn = [ "cache" "db" ]; };
    cache = { image = "cache:1"; dependsOn = [ "db" ]; };
    db.image = "db:1";
  };
}
""",
        ),
        Good(
            "one waits only under a condition",
            """\
{ config, lib, ... }:
{
  virtualisation.oci-containers.containers = {
    a = { image = "a:1"; dependsOn = lib.mkIf config.my.b [ "b" ]; };
    b = { image = "b:1"; dependsOn = lib.mkIf (!config.my.b) [ "a" ]; };
  };
}
""",
        ),
        Good(
            "one of them may not be there",
            """\
{ config, lib, ... }:
{
  virtualisation.oci-containers.containers = {
    a = { image = "a:1"; dependsOn = [ "b" ]; };
    b = lib.mkIf config.my.b { image = "b:1"; dependsOn = [ "a" ]; };
  };
}
""",
        ),
    )


def _circle(start: str, containers: dict[str, OciContainer]) -> tuple[str, ...] | None:
    """The shortest way from a container back to itself; ``None`` where there is none."""
    ways: list[tuple[str, ...]] = [(start,)]
    seen: set[str] = set()
    for way in ways:
        for text in _known(containers[way[-1]].depends_on):
            if text == start:
                return way
            if text in containers and text not in seen:
                seen.add(text)
                ways.append((*way, text))
    return None


def _known(texts: tuple[Text, ...]) -> Iterator[str]:
    return (text.text for text in texts if text.is_known)


def _link(container: OciContainer, name: str) -> Place:
    return next(text.place for text in container.depends_on if text.text == name)


def _is_in_several_files(finding: Finding) -> bool:
    return any(note.place.path != finding.place.path for note in finding.notes)


def _order(container: OciContainer) -> tuple[str, int]:
    return str(container.place.path), container.place.span.start
