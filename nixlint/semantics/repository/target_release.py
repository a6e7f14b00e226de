"""For which release of NixOS a repository is: what it says itself, or what it fetches.

Known for certain is only a lower bound: the oldest release that a flake input, a pinned channel or the lock file names. A
nixpkgs of the development branch is taken for the last release before its date. Where none of them tells it, the newest
state version is a sign: the host that has it was made with that release.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from nixlint.semantics.language.documents import DocumentError, read_json
from nixlint.semantics.modules.releases import releases
from nixlint.syntax import views
from nixlint.syntax.string_literal import decode

from .repository import Repository

_RELEASE = re.compile(r"(?:nixos|release|nixpkgs)-(\d\d\.(?:05|11))\b|NixOS/nixpkgs/0\.(\d\d)(05|11)\b")
_STATE_VERSION = re.compile(rb"""stateVersion\s*=\s*(?:lib\.)?(?:mk\w+\s*)?"(\d\d\.(?:0[359]|11))"\s*;""")
_PIN_FILES = ("flake.lock", "npins/sources.json", "nix/sources.json")


class TargetRelease(NamedTuple):
    """The oldest release that a repository is for; ``is_known`` says that the repository tells it.

    Where it does not, ``newest_state_version`` is the newest ``stateVersion`` that is written in it, and ``release`` is a
    release that everybody should have by now, or that state version if it is newer.
    """

    release: str
    is_known: bool
    newest_state_version: str | None = None

    def is_likely(self, release: str) -> bool:
        """Whether there is a sign that the repository is for this release or a later one."""
        return release <= (self.release if self.is_known else self.newest_state_version or "")


class _Found(NamedTuple):
    target: TargetRelease


def target_release(repository: Repository) -> TargetRelease:
    """The release of a repository: ``nixos-release`` of its configuration, else what its pins say."""
    if repository.target_release is not None:
        return TargetRelease(repository.target_release, is_known=True)
    return repository.remember(_Found, lambda: _Found(_from_pins(repository))).target


def _from_pins(repository: Repository) -> TargetRelease:
    found = {*_in_flake(repository), *_in_pin_files(repository)}
    if found:
        return TargetRelease(min(found), is_known=True)
    newest = max(_state_versions(repository), default=None)
    return TargetRelease(max(releases().oldest_in_use, newest or ""), is_known=False, newest_state_version=newest)


def _state_versions(repository: Repository) -> Iterator[str]:
    for path in repository.files_mentioning(b"stateVersion"):
        source = repository.source(path)
        for match in () if source is None else _STATE_VERSION.finditer(source.data):
            yield match.group(1).decode()


def _in_flake(repository: Repository) -> Iterator[str]:
    source = repository.source(repository.root / "flake.nix")
    for string in () if source is None else views.strings_in(source):
        yield from _in_text("".join(part for part in decode(string) if isinstance(part, str)))


def _in_text(text: str) -> Iterator[str]:
    for match in _RELEASE.finditer(text):
        yield match.group(1) or f"{match.group(2)}.{match.group(3)}"


def _in_pin_files(repository: Repository) -> Iterator[str]:
    for name in _PIN_FILES:
        text = repository.text(repository.root / name)
        try:
            document = None if text is None else read_json(text)
        except DocumentError:
            continue
        if not isinstance(document, dict):
            continue
        pins = _inputs_of_root(document) if name == "flake.lock" else document.get("pins", document)
        for pin in pins.values() if isinstance(pins, dict) else ():
            yield from _of_pin(pin)


def _inputs_of_root(lock: dict[str, object]) -> dict[str, object]:
    nodes = lock.get("nodes")
    name = lock.get("root", "root")
    root = nodes.get(name) if isinstance(nodes, dict) and isinstance(name, str) else None
    inputs = root.get("inputs") if isinstance(root, dict) else None
    if not isinstance(nodes, dict) or not isinstance(inputs, dict):
        return {}
    return {name: nodes.get(node) for name, node in inputs.items() if isinstance(node, str)}


def _of_pin(pin: object) -> Iterator[str]:
    """The release of one pin, if it is one of nixpkgs."""
    if not isinstance(pin, dict):
        return
    locked, original = pin.get("locked", pin), pin.get("original", pin)
    if not isinstance(locked, dict) or not isinstance(original, dict):
        return
    texts = [str(original.get(key, "")) for key in ("ref", "branch", "url", "id", "name")]
    named = [release for text in texts for release in _in_text(text)]
    repo = str(locked.get("repo", original.get("repo", ""))).lower()
    if named and (repo in ("", "nixpkgs") or "nixpkgs" in " ".join(texts)):
        yield from named
        return
    modified = locked.get("lastModified")
    if repo == "nixpkgs" and isinstance(modified, int) and 0 <= modified < _END_OF_TIME:
        yield _last_release_before(datetime.fromtimestamp(modified, tz=UTC))


_END_OF_TIME = 2**32
"""No lock file is from after the year 2100; Python knows no date for just any number."""


def _last_release_before(date: datetime) -> str:
    if date.month == 12:
        return f"{date.year % 100:02}.11"
    return f"{date.year % 100:02}.05" if date.month >= 6 else f"{date.year % 100 - 1:02}.11"
