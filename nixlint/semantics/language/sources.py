"""Sources: the folders of projects that Nix fetches, or finds by ``NIX_PATH``, and the names of these projects.

A source is known by name alone: a flake's input (``inputs.agenix``), a lookup path (``<home-manager>``), or a call of a
function that fetches it. A file of pins, as niv and npins write them, gives such calls.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from . import symbols
from .documents import DocumentError, read_json
from .file_tree import FileTree
from .values import AttrsValue, CallValue, Entry, Known, PrimitiveValue, StringValue, SymbolValue, Value

IMPORT = ("import",)
"""The callee of what a file of a source holds: ``import "${fetchTarball …}/nixos"`` is known by its path alone."""
_FETCHERS = frozenset({"fetchTarball", "fetchGit", "fetchTree", "fetchzip", "fetchgit"})
"""Functions of Nix and of nixpkgs that fetch what an address names (Nix manual; nixpkgs, ``pkgs/build-support``)."""
_FORGES = frozenset({"fetchFromGitHub", "fetchFromGitLab", "fetchFromGitea", "fetchFromForgejo", "fetchFromSourcehut"})
_ADDRESS = re.compile(
    r"(?:github|gitlab|sourcehut|codeberg):[^/?]+/([^/?]+)"
    r"|(?:git\+|tarball\+)?(?:https?|ssh|git)://[^/]+/[^/]+/([^/?#]+?)(?:\.git)?(?:[/?#]|$)"
    r"|[\w.-]+@[\w.-]+:[^/]+/([^/]+?)(?:\.git)?$"
)
"""A reference to a flake at a forge, and the address of a repository, of an archive of one, or of one for scp."""
_NIXPKGS_ARCHIVES = re.compile(r"https?://(?:channels|releases)\.nixos\.org/")
_NIXPKGS_CHANNEL = re.compile(r"nixpkgs.*|nixos(?:-unstable|-\d\d\.\d\d)?(?:-small)?|unstable")
"""Names that people give to channels of nixpkgs."""
_PINS = {"sources.nix": "sources.json", "default.nix": "sources.json"}
_PIN_FOLDERS = frozenset({"nix", "npins", "nixpkgs", "nix-sources", "pins"})


def looked_up(text: str) -> tuple[str, ...]:
    """The name of what stands at a lookup path such as ``<home-manager/nixos>``, channels of nixpkgs by one name."""
    head, *below = text.strip("<>").split("/")
    name = symbols.NIXPKGS if _NIXPKGS_CHANNEL.fullmatch(head) else (f"<{head}>",)
    return (*name, *below)


def is_fetched(value: Value) -> bool:
    """Whether it is a call of a function that fetches a source."""
    return isinstance(value, CallValue) and bool(value.arguments) and value.callee.path[-1] in _FETCHERS | _FORGES


def is_in_source(value: Value) -> bool:
    """Whether it is a source that is looked up or fetched, or a path in any source."""
    match value:
        case SymbolValue(path=path):
            return symbols.is_looked_up(path)
        case StringValue(parts=(SymbolValue(path=path), *_)):
            return symbols.is_source(path)
        case StringValue(parts=(CallValue() as fetched, *_)):
            return is_fetched(fetched)
        case _:
            return is_fetched(value)


def is_nixpkgs(value: Value) -> bool:
    """Whether a call fetches nixpkgs."""
    return project_of(value) in ("nixpkgs", "nixpkgs-channels")


def project_of(value: Value) -> str | None:
    """The name of the project that a call fetches, by its address; ``None`` where it is not known."""
    if not isinstance(value, CallValue) or not is_fetched(value):
        return None
    given = value.arguments[0].force()
    named = _text_in(given, "repo")
    if named is not None:
        return named
    address = given.text if isinstance(given, StringValue) else _text_in(given, "url")
    return None if address is None else project_at(address)


def project_at(address: str) -> str | None:
    """The name of the repository at an address, or that a reference to a flake names."""
    if _NIXPKGS_ARCHIVES.match(address):
        return "nixpkgs"
    found = _ADDRESS.match(address)
    return None if found is None else (found[1] or found[2] or found[3]).removesuffix(".git")


def pins_in(path: Path, files: FileTree | None) -> Value | None:
    """What a file of Nix gives that niv or npins wrote beside their pins: each source by its name.

    That is ``nix/sources.nix`` and ``npins/default.nix``, which read the file of pins in the same folder.
    """
    path = path / "default.nix" if path.suffix != ".nix" else path
    pins = _PINS.get(path.name)
    if files is None or pins is None or path.parent.name not in _PIN_FOLDERS or files.kind(path) is None:
        return None
    text = files.text(path.with_name(pins))
    try:
        document = None if text is None else read_json(text)
    except DocumentError:
        return None
    found = dict(_pinned(document))
    # Both give a set that can be called with settings, which gives the same sources.
    functor = Entry(Known(PrimitiveValue("const", (), None)), None)
    return AttrsValue({**found, "__functor": functor}) if found else None


def _pinned(document: object) -> Iterator[tuple[str, Entry]]:
    pins = document.get("pins", document) if isinstance(document, dict) else {}
    for name, pin in pins.items() if isinstance(pins, dict) else ():
        address = _address_of(pin)
        if address is not None:
            fetcher = SymbolValue((*symbols.BUILTINS, "fetchTarball"))
            yield name, Entry(Known(CallValue(fetcher, (Known(StringValue((address,))),))), None)


def _address_of(pin: object) -> str | None:
    """The address of what is pinned: npins knows the repository, niv the archive."""
    if not isinstance(pin, dict):
        return None
    repository = pin.get("repository", pin)
    if isinstance(repository, dict) and isinstance(repository.get("repo"), str):
        return f"https://github.com/{repository.get('owner') or '-'}/{repository['repo']}"
    addresses = [pin.get("url"), repository.get("url") if isinstance(repository, dict) else None]
    return next((address for address in addresses if isinstance(address, str)), None)


def _text_in(value: Value, name: str) -> str | None:
    entry = value.entries.get(name) if isinstance(value, AttrsValue) else None
    found = None if entry is None else entry.value.force()
    return found.text if isinstance(found, StringValue) else None
