"""How Compose files are called. Here, and not with their readers, so that looking for them loads none."""

from __future__ import annotations

import re
from pathlib import Path

FILE_NAMES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")
"""Those that Compose looks for, in its order (Compose specification, '03-compose-file.md')."""
OVERRIDE_NAMES = tuple(name.replace(".y", ".override.y") for name in FILE_NAMES)


def is_compose_file(path: Path) -> bool:
    """Whether a file has a name that Compose looks for, or one with an environment in it (``docker-compose.prod.yml``)."""
    name = path.name.lower()
    return path.suffix in (".yml", ".yaml") and name.startswith(("docker-compose.", "docker-compose-", "compose."))


_TOP = re.compile(rb"""^[\s{]*["']?(?:services|include)["']?[ \t]*:""", re.MULTILINE)


def is_compose_text(data: bytes) -> bool:
    """Whether a YAML file has the contents of a Compose file, whatever its name: services, or files with services."""
    return any(not match.group().lstrip(b"\r\n")[:1].isspace() for match in _TOP.finditer(data))
