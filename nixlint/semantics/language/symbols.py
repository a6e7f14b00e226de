"""Things that are known by name alone, and the names under which one and the same thing goes.

``lib`` may be reached as a module argument, through ``pkgs`` or through a flake's inputs; ``pkgs`` as an argument or as
``inputs.nixpkgs.legacyPackages.<system>``. Here every such way leads to one symbol.
"""

from __future__ import annotations

from nixlint.syntax.place import Place

from .values import SymbolValue

LIB = ("lib",)
PKGS = ("pkgs",)
CONFIG = ("config",)
BUILTINS = ("builtins",)
INPUTS = ("inputs",)
NIXPKGS = ("<nixpkgs>",)
MODULE_ARGUMENTS: tuple[str, ...] = ()
"""The symbol of the whole argument that the module system hands to a module; its attributes are symbols by themselves."""

_SECRETS = (("sops", "secrets"), ("sops", "templates"), ("age", "secrets"))
"""The options of sops-nix and agenix whose members have a ``path``."""
_MAKERS_OF_SYSTEMS = frozenset({"nixosSystem", "evalModules", "eval-config.nix", "extendModules"})
"""The last names of functions that make a system of ``{ modules = [ … ]; }``; what they make has ``extendModules``."""


def symbol(path: tuple[str, ...], place: Place | None = None) -> SymbolValue:
    """The symbol of a dotted name, by its shortest name."""
    return SymbolValue(_shortest(path), place)


def is_nixpkgs(path: tuple[str, ...]) -> bool:
    """Whether a name is that of nixpkgs itself: a channel, or a flake input that is called so."""
    if not path or len(path) > _LONGEST_NAME or not path[-1].startswith(("nixpkgs", "<nixpkgs>")):
        return False
    return path[-1].partition(".")[0] not in _OTHER_PROJECTS


_LONGEST_NAME = 3
_OTHER_PROJECTS = frozenset(
    # Projects on GitHub that begin so and are no copy of nixpkgs: overlays, modules and tools.
    (
        "nixpkgs-wayland nixpkgs-xr nixpkgs-fmt nixpkgs-mozilla nixpkgs-esp-dev nixpkgs-python nixpkgs-ruby "
        "nixpkgs-terraform nixpkgs-terraform-providers nixpkgs-review nixpkgs-hammering nixpkgs-update nixpkgs-lint "
        "nixpkgs-firefox-darwin nixpkgs-firefox-addons nixpkgs-multimedia nixpkgs-darwin-apps nixpkgs-track"
    ).split()
)


def is_source(path: tuple[str, ...]) -> bool:
    """Whether a name is that of a flake or of nixpkgs, which stand for the folder of their sources."""
    return path == NIXPKGS or (path[:1] == INPUTS and len(path) == 2) or (is_looked_up(path) and len(path) == 1)


def is_looked_up(path: tuple[str, ...]) -> bool:
    """Whether a name is that of something found by ``NIX_PATH``: ``<home-manager/nixos>``."""
    return path[:1] != () and path[0].startswith("<")


def makes_system(path: tuple[str, ...]) -> bool:
    """Whether a name is that of a function that makes a system of modules."""
    return is_nixos(path) or (path[-1:] != () and path[-1] in _MAKERS_OF_SYSTEMS)


def is_path_of_secret(path: tuple[str, ...]) -> bool:
    """Whether a name is that of the path where sops-nix or agenix puts a secret."""
    return path[-1:] == ("path",) and path[:1] == CONFIG and path[1:3] in _SECRETS


def makes_clan(path: tuple[str, ...]) -> bool:
    """Whether a name is that of a function of clan-core that makes machines, of ``{ machines = { … }; }``."""
    return path[-2:] == (*LIB, "clan") or path[-1:] == ("buildClan",)


def is_nixos(path: tuple[str, ...]) -> bool:
    """Whether a name is that of ``<nixpkgs/nixos>``, a function of ``{ configuration = …; }`` (``nixos/default.nix``)."""
    return path == (*NIXPKGS, "nixos")


def _shortest(path: tuple[str, ...]) -> tuple[str, ...]:
    for index, name in enumerate(path):
        if name == "lib" and index > 0 and (path[index - 1] == "pkgs" or is_nixpkgs(path[:index])):
            return (*LIB, *path[index + 1 :])
        if name == "legacyPackages" and index > 0 and is_nixpkgs(path[:index]) and len(path) > index + 1:
            return (*PKGS, *path[index + 2 :])
    return path
