"""Containers that wait for each other."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.oci import OciContainer, OciModule, Text
from nixlint.linting.finding import Confidence, Finding, Severity
from nixlint.linting.rule import Bad, Good, Rule
from nixlint.semantics.repository import Repository


class OciDependsOnCycle(Rule[OciModule]):
    """Containers that depend on each other in a circle: systemd leaves one of them out.

    ## What it finds

    OCI containers of one module of which each names the next in `dependsOn`, and the last the first; and a container that
    names itself.

    ## Why it matters

    NixOS orders the units after each other and does not look for circles. systemd breaks one at the start by dropping the
    start of a unit, and which one that is nobody says: *Found ordering cycle*.

    ## What to do

    Take one of the names out.

    ## What keeps it silent

    - Containers of different modules, and containers and dependencies under a condition.
    - A name that is not known.

    ## References

    - systemd.unit(5), `After=` and `Requires=`
    """

    name = "oci-depends-on-cycle"
    code = "NL213"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (OciModule,)
    keywords = (b"dependsOn", b"depends_on")

    def check(self, subject: OciModule, _repository: Repository) -> Iterator[Finding]:
        """Report each circle once, at the dependency of its first container."""
        containers = {
            container.name: container
            for container in subject.containers
            if container.name is not None and not container.conditions
        }
        reported: set[str] = set()
        for name, container in containers.items():
            circle = None if name in reported else _circle(name, containers)
            if circle is not None:
                reported.update(circle)
                yield self._finding(container, circle)

    def _finding(self, container: OciContainer, circle: tuple[str, ...]) -> Finding:
        way = " → ".join((*circle, circle[0]))
        return Finding(
            place=next(text.place for text in container.depends_on if text.text == circle[1 % len(circle)]),
            message=f"{container.title} waits for itself: {way}",
            help="take one of the names out",
            option=f"{container.option_path}.dependsOn",
            container=container.name,
            evidence=way,
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
