"""What the parts of a module have in common while they are written: the deployment, the target, names of units."""

from __future__ import annotations

from functools import cached_property

from nixlint.deployment.parts import Build, CommentSource, DeployedContainer, Deployment, Remark, Resource
from nixlint.deployment.target import Backend, Target
from nixlint.semantics.modules.releases import first_with

from .expression import MK_FORCE, Call, Entry, ListOf, Select, Text
from .secret_places import SecretPlaces
from .symbols import NO_SYMBOLS, Symbols
from .unit_names import UnitNames
from .unit_text import unit_name

NATIVE_SINCE = first_with("options-for-flags")
"""The release that has options for what were flags of the engine before."""
"""``networks``, ``devices``, ``capabilities``, ``privileged``, ``pull`` and ``podman`` (nixpkgs 349537, 363574, 368565)."""


class Context:
    """A deployment on its way into modules for a target. ``remarks`` grow as parts are written."""

    def __init__(
        self, deployment: Deployment, target: Target, comments: CommentSource, symbols: Symbols = NO_SYMBOLS
    ) -> None:
        self.symbols = symbols
        self.units = UnitNames(deployment, target.backend.value)
        self.deployment = deployment
        self.target = target
        self.comments = comments
        self.backend = target.backend
        self.engine = target.backend.value
        self.remarks: list[Remark] = []

    @property
    def is_podman(self) -> bool:
        """Whether the engine is Podman."""
        return self.backend is Backend.PODMAN

    @property
    def is_native(self) -> bool:
        """Whether the release has options for what were flags before."""
        return self.target.has(NATIVE_SINCE)

    @cached_property
    def networks(self) -> dict[str, Resource]:
        """The networks that are made, by name."""
        return {network.name: network for network in self.deployment.networks}

    @cached_property
    def volumes(self) -> dict[str, Resource]:
        """The volumes that are made, by name."""
        return {volume.name: volume for volume in self.deployment.volumes}

    @cached_property
    def builds(self) -> dict[str, Build]:
        """The images that are built, by service."""
        return {build.service: build for build in self.deployment.builds}

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of the containers."""
        return frozenset(container.name for container in self.deployment.containers)

    @cached_property
    def containers(self) -> dict[str, DeployedContainer]:
        """The containers, by name."""
        return {container.name: container for container in self.deployment.containers}

    @cached_property
    def awaited(self) -> frozenset[str]:
        """The containers that others wait for until they run."""
        return frozenset(
            each.container
            for container in self.deployment.containers
            for each in container.dependencies
            if each.container in self.names and not self.containers[each.container].is_awaited_completed
        )

    @cached_property
    def secrets(self) -> SecretPlaces:
        """Where the secrets are."""
        return SecretPlaces(self.deployment, self.target)

    @property
    def engine_package(self) -> Select:
        """The package of the engine, for the ``path`` of a unit; nixpkgs' module gives it to the units of containers."""
        return Select("config", ("virtualisation", self.engine, "package"))

    @property
    def daemon(self) -> list[str]:
        """The unit that the engine's commands need."""
        return [] if self.is_podman else ["docker.service"]

    @property
    def project_target(self) -> str:
        """The target of the whole project."""
        return unit_name(self.engine, "compose", self.deployment.name)


def list_entry(name: str, texts: list[str]) -> list[Entry]:
    """A list of strings as an option, unless it is empty."""
    return [Entry((name,), ListOf.of([Text(text) for text in texts]))] if texts else []


def forced(text: str) -> Call:
    """A string that wins over the module's own."""
    return Call(MK_FORCE, (Text(text),))
