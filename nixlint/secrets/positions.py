"""Where a definition stands: at an option whose value certainly reaches the store, at one that may, or elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from enum import Enum
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias

from nixlint.semantics.modules.option_path import OptionPath

from .names import kind_of_secret
from .options import is_secret_file_option, secret_option

_PATHS = 256
"""Of how many paths the answer is kept: all rules ask about one definition before they ask about the next."""


class Position(Enum):
    """How sure it is that what stands here reaches the store."""

    CERTAIN = "certain"
    LIKELY = "likely"
    ELSEWHERE = "elsewhere"


_Patterns: TypeAlias = Mapping[str, tuple[tuple[str, ...], ...]]
"""Ends of option paths, in which '*' stands for any name, by the last name that is none."""


def _by_last_name(paths: Iterable[str]) -> _Patterns:
    found: dict[str, tuple[tuple[str, ...], ...]] = {}
    for path in paths:
        pattern = tuple(path.split("."))
        last = pattern[-2] if pattern[-1] == "*" else pattern[-1]
        found[last] = (*found.get(last, ()), pattern)
    return found


_CERTAIN = _by_last_name(
    (
        # '*' stands for any name. NixOS writes the value of each into the system's closure.
        "users.users.*.password",  # users-groups.json, read by update-users-groups.pl
        "users.users.*.initialPassword",  # the same
        "users.extraUsers.*.password",  # the old name of users.users
        "users.extraUsers.*.initialPassword",
        "networking.wireless.networks.*.psk",  # wpa_supplicant.conf in the store
        "networking.wireless.networks.*.pskRaw",
        "networking.wireguard.interfaces.*.privateKey",  # the option's own description says so
        "networking.wireguard.interfaces.*.peers.presharedKey",  # in the start script of the unit
        "networking.wg-quick.interfaces.*.privateKey",
        "networking.wg-quick.interfaces.*.peers.presharedKey",
        "virtualisation.oci-containers.containers.*.environment.*",  # arguments of 'docker run' in the start script
        "virtualisation.oci-containers.containers.*.login.password",
        "systemd.services.*.environment.*",  # Environment= of the unit
        "systemd.user.services.*.environment.*",
        "systemd.globalEnvironment.*",
        "environment.variables.*",  # /etc/set-environment
        "environment.sessionVariables.*",
        "home.sessionVariables.*",  # hm-session-vars.sh
        "services.mosquitto.listeners.users.*.password",  # the option's own description says so
        "services.openvpn.servers.*.authUserPass.password",  # a file made by pkgs.writeText
    )
)

_LOGINS = _by_last_name(
    (
        # The value is what a person types to get in, whatever else is configured.
        "users.users.*.password",
        "users.users.*.initialPassword",
        "users.extraUsers.*.password",
        "users.extraUsers.*.initialPassword",
        "networking.wireless.networks.*.psk",  # whoever knows it is in the network
        "services.mosquitto.listeners.users.*.password",
    )
)

_ROOTS = frozenset(
    # A definition below one of these is a configuration's; elsewhere a name alone proves too little.
    (
        "services virtualisation containers users networking systemd boot programs environment config home security "
        "env settings extraConfig serviceConfig oci-containers accounts nodes user hardware power fileSystems xdg "
        "specialArgs extraSpecialArgs _module"
    ).split()
)

_OTHER_PARENTS = frozenset(
    # A name below one of these names no secret: tables of something else, declarations, encrypted stores, shells to
    # develop in.
    (
        "lifespans keymap keymaps keybindings bindings binds policies claims_policies permission "
        "permissions columns rbwEntries sops age agenix ragenix vaultix rekey portal "
        "language languages labels regex description example defaultText meta aliases shellAliases "
        "abbreviations prompts generators colors theme translations schema properties fields LoadCredential "
        "LoadCredentialEncrypted SetCredentialEncrypted placeholder shellHook devShell devShells styles "
        "shellAbbrs abbrs attributes "
        "vmVariant vmVariantWithBootLoader vmVariantWithDisko preCheckConfig checkPhase installCheckPhase"
    ).split()
)

_VALUES_FOR_TESTS = re.compile(r"tests?(?:[-_]|(?=[A-Z]))(?i:values?|data|secrets?|credentials?|config|env|vars)")
"""What a configuration of one's own takes in the place of a secret where it is tested: ``testValue``."""


@lru_cache(maxsize=_PATHS)
def position_of(path: OptionPath) -> Position:
    """How sure it is that the value at an option reaches the store."""
    parents = path.names[:-1]
    if is_elsewhere(path):
        return Position.ELSEWHERE
    if _is_one_of(path.names, _CERTAIN):
        return Position.CERTAIN
    return Position.LIKELY if any(name in _ROOTS for name in parents) else Position.ELSEWHERE


def is_login(path: OptionPath) -> bool:
    """Whether the value at an option is a login by itself: of a user, of a network, of a service that is known."""
    if _is_one_of(path.names, _LOGINS):
        return True
    known = secret_option(path)
    if known is None or known.is_free_form:
        return False
    return (known.kind or kind_of_secret(path.last or "")) == "password"


@lru_cache(maxsize=_PATHS)
def is_elsewhere(path: OptionPath) -> bool:
    """Whether a name on the way says that what stands here is no value of a configuration."""
    names = [name for name in path.names[:-1] if name is not None]
    if ("sops", "templates") in pairwise(names):  # the text of a template of sops-nix, which is in the store
        return False
    if "assertions" in names or path.last == "warnings":  # what Nix tells the person who builds the system
        return True
    if any(
        name in _OTHER_PARENTS
        or name.endswith((".md", "Md", "Markdown", "Command"))
        or _VALUES_FOR_TESTS.fullmatch(name) is not None
        for name in names
    ):
        return True
    if _declares(names):
        return True
    if any(kind in _MACHINES and not _OTHER_WORDS.isdisjoint(_words_of_name(name)) for kind, name in pairwise(names)):
        return True
    if path.last == "pass" and "pools" in names:  # of a miner: by what name its pool knows it
        return True
    tables = [name for before, name in pairwise(("", *names)) if before != "etc"]  # a file's name is no table
    if not any("ecrets" in name or name in _TABLES_OF_NAMES for name in tables):
        return False
    return secret_option(path) is None and not is_secret_file_option(path) and not _is_below_service(path)


def _declares(names: list[str]) -> bool:
    """Whether an option is declared here; below the settings of a service, ``options`` is a name like any other."""
    return any(name == "options" and before not in _FREE_FORMS for before, name in pairwise(("", *names)))


_FREE_FORMS = frozenset({"settings", "extraSettings", "extraConfig"})


_TABLES_OF_NAMES = frozenset({"secrets", "credentials"})
"""Below one of these stands mostly what declares a secret, or says where it is, unless it is an option of a service."""


def _is_below_service(path: OptionPath) -> bool:
    """Whether an option is one of a service of NixOS, with a set of secrets in it: ``services.app.secrets.password``."""
    names = path.names
    for index, name in enumerate(names[:-2]):
        if name == "services":
            is_of_nixos = index == 0 or names[index - 1] in ("config", "nixos")
            below = [each for each in names[index + 2 : -1] if each is not None]
            around = names[index + 1] or ""
            return is_of_nixos and "ecrets" not in around and _are_tables(below)
    return False


def _are_tables(names: list[str]) -> bool:
    return all(name in _TABLES_OF_NAMES for name in names if "ecrets" in name or name in _TABLES_OF_NAMES)


_OTHER_WORDS = frozenset(
    # Machines that are called so are there to be tried, or to install others from.
    "test tests example vm iso installer template demo sample shell devshell kexec netboot live".split()
)
_MACHINES = frozenset({"nixosConfigurations", "nixosModules", "nixos"})
"""Below these stand machines and modules by their names: ``nixosConfigurations.x``, ``flake.modules.nixos.x``."""


def _words_of_name(name: str) -> list[str]:
    """The words of a name, in lower case: of ``niriTestVm``, ``niri``, ``test`` and ``vm``."""
    return _words(re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower())


def _words(name: str) -> list[str]:
    return name.replace("_", "-").split("-")


def container_of(path: OptionPath) -> str | None:
    """The name of the container, of NixOS or of an engine, that an option is one of; ``None`` where it is the host's."""
    for index, name in enumerate(path.names[:-2]):
        if name == "containers":
            before, after = path.names[index - 1] if index else None, path.names[index + 2]
            if after == "config" or before in ("oci-containers", "quadlet"):
                return path.names[index + 1]
    return None


def is_of_user(path: OptionPath) -> bool:
    """Whether an option is one of a user: ``users.users.<name>.…``, by its old name too."""
    names = path.names
    return (
        len(names) > 3 and names[-4] == "users" and names[-3] in ("users", "extraUsers")
    )  # users, users, name, option


def is_initial_password(path: OptionPath) -> bool:
    """Whether an option is documented as a password that is there to be changed."""
    return path.last in ("initialPassword", "initialRootPassword", "initialAdminPassword")


def _is_one_of(names: tuple[str | None, ...], patterns: _Patterns) -> bool:
    """Whether a path ends as one of some patterns does."""
    return any(
        _ends_with(names, pattern) for last in names[-2:] if last is not None for pattern in patterns.get(last, ())
    )


def _ends_with(names: tuple[str | None, ...], pattern: tuple[str, ...]) -> bool:
    if len(names) < len(pattern):
        return False
    return all(wanted in ("*", name) for name, wanted in zip(names[-len(pattern) :], pattern, strict=True))
