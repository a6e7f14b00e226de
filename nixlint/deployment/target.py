"""What a conversion is for: an engine, a release of NixOS, and how secrets reach the machine."""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

from nixlint.semantics.modules.releases import has, releases


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
    release: str = releases().default
    secrets: SecretStore = SecretStore.ENV_FILE
    user: str | None = None

    def has(self, since: str) -> bool:
        """Whether the release has what another one brought."""
        return has(self.release, since)
