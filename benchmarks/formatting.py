"""Whether Nix's official formatter leaves converted modules as they are.

``python benchmarks/formatting.py NIXFMT FOLDER…``: converts every Compose file below the folders, for both engines, two
releases and every store of secrets, as one file and in every other shape, and counts the modules that ``NIXFMT --check``
(nixfmt 1.4 or newer) would lay out otherwise. Exits with 1 where there is one.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nixlint.compose.loading import LoadedProject, Request, load
from nixlint.compose.problem import ComposeError
from nixlint.conversion.convert import ConversionRequest, convert_loaded
from nixlint.conversion.vm_test import vm_test
from nixlint.deployment.target import Backend, SecretStore, Target

EXAMPLE = Path(__file__).parents[1] / "fixtures" / "compose-homelab"
TARGETS = [
    Target(backend, release, store) for backend in Backend for release in ("24.05", "26.05") for store in SecretStore
]
SHAPES: tuple[dict[str, Any], ...] = (
    {},
    {"split": True},
    {"enable_option": "my.stack"},
    {"keeps_variables": True},
    {"split": True, "enable_option": "my.stack", "keeps_variables": True},
)
AT_ONCE = 1000


def main() -> None:
    """Print the figures and the modules that the formatter would change."""
    formatter, *folders = sys.argv[1:]
    paths = [path for folder in folders or [str(EXAMPLE)] for path in sorted(Path(folder).rglob("*.y*ml"))]
    projects = [(path, loaded) for path in paths if (loaded := _loaded(path)) is not None]
    count, changed = 0, []
    with tempfile.TemporaryDirectory() as folder:
        modules = []
        for path, loaded in projects:
            for text in _texts(loaded):
                modules.append((Path(folder, f"{count}.nix"), path))
                modules[-1][0].write_text(text)
                count += 1
        for start in range(0, count, AT_ONCE):
            batch = modules[start : start + AT_ONCE]
            command = [formatter, "--check", *(str(module) for module, _ in batch)]
            said = subprocess.run(command, capture_output=True, text=True, check=False)
            changed += [source for module, source in batch if f"{module}:" in said.stdout + said.stderr]
    for source in dict.fromkeys(changed):
        print(f"{source}: {changed.count(source)} modules")
    print(f"{len(projects)} projects, {count} files: {len(changed)} are laid out otherwise")
    sys.exit(bool(changed))


def _loaded(path: Path) -> LoadedProject | None:
    try:
        return load(Request((path.absolute(),), "proj"))
    except ComposeError:
        return None


def _texts(loaded: LoadedProject) -> Iterator[str]:
    """Every file that a project is converted to, in every shape and for every target."""
    for target in TARGETS:
        for shape in SHAPES:
            request = ConversionRequest(Request(()), target, ("*",), shown="compose.yaml", **shape)
            conversion = convert_loaded(loaded, request)
            yield from (text for _, text in conversion.modules)
            yield vm_test(conversion, "default.nix")


if __name__ == "__main__":
    main()
