"""How Compose files are called. Here, and not with their readers, so that looking for them loads none."""

from __future__ import annotations

from pathlib import Path

FILE_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
"""Those that Compose looks for, in its order (Compose specification, '03-compose-file.md')."""
OVERRIDE_NAMES = tuple(name.replace(".y", ".override.y") for name in FILE_NAMES)


def is_compose_file(path: Path) -> bool:
    """Whether a file has a name that Compose looks for, or one with an environment in it (``docker-compose.prod.yml``)."""
    name = path.name.lower()
    return path.suffix in (".yml", ".yaml") and name.startswith(("docker-compose.", "docker-compose-", "compose."))
