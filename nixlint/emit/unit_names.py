"""The names of the units of a deployment: each its own, whatever the project calls its parts.

nixpkgs' module names the unit of a container after the engine and the container; the others take what is left.
"""

from __future__ import annotations

from nixlint.deployment.parts import Deployment

from .expression import Unwritable
from .unit_text import unit_name


class UnitNames:
    """Gives each part of a deployment the name of its unit, without the suffix.

    Raises :class:`Unwritable` where two containers have one name.
    """

    def __init__(self, deployment: Deployment, engine: str) -> None:
        self._engine = engine
        self._project = deployment.name
        services: dict[str, str] = {}
        for container in deployment.containers:
            if container.name in services:
                both = f"{services[container.name]} and {container.service}"
                raise Unwritable(f"services {both}: both make a container named {container.name}", container.place)
            services[container.name] = container.service
        self._taken = {unit_name(engine, name) for name in services}
        self._names: dict[tuple[str, str], str] = {}
        for container in deployment.containers:
            for kind in ("waits", "tries") if container.dependencies else ():
                self._add(kind, container.name, unit_name(engine, container.name, kind))
        for kind, resources in (("network", deployment.networks), ("volume", deployment.volumes)):
            for resource in resources:
                self._add(kind, resource.name, unit_name(engine, kind, resource.name))
        for build in deployment.builds:
            self._add("build", build.service, unit_name(engine, "build", deployment.name, build.service))

    def container(self, name: str) -> str:
        """The unit of a container, as the module of nixpkgs names it."""
        return unit_name(self._engine, name)

    def gate(self, name: str) -> str:
        """The unit that waits for what a container needs."""
        return self._names["waits", name]

    def attempt(self, name: str) -> str:
        """The unit that waits a while for what a container can do without."""
        return self._names["tries", name]

    def resource(self, kind: str, name: str) -> str:
        """The unit that makes a network or a volume."""
        return self._names[kind, name]

    def build(self, service: str) -> str:
        """The unit that builds a service's image; it has the project's name in it, for others have services too."""
        return self._names["build", service]

    def _add(self, kind: str, name: str, wanted: str) -> None:
        """A name for a part, with a number behind it where another unit has the same."""
        found, number = wanted, 1
        while found in self._taken:
            number += 1
            found = f"{wanted}-{number}"
        self._taken.add(found)
        self._names[kind, name] = found
