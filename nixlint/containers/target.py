"""What a conversion is for: an engine, a release of NixOS, and how secrets reach the machine."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple


class Backend(Enum):
    """The engine that runs the containers."""

    PODMAN = "podman"
    DOCKER = "docker"


class SecretStore(Enum):
    """What brings secrets to the machine."""

    ENV_FILE = "env-file"
    SOPS = "sops"
    AGENIX = "agenix"


class Target(NamedTuple):
    """The engine, the release (``unstable`` is the newest), the secret store, and the user of rootless containers."""

    backend: Backend = Backend.PODMAN
    release: str = "26.05"
    secrets: SecretStore = SecretStore.ENV_FILE
    user: str | None = None

    def has(self, since: str) -> bool:
        """Whether the release has what another one brought."""
        return self.release == "unstable" or self.release >= since


RELEASES = ("24.05", "24.11", "25.05", "25.11", "26.05", "unstable")
