"""Hosts that a library of flakes makes of where files stand: snowfall-lib, blueprint, ez-configs, and flake-utils-plus.

Each has its folders for hosts and for modules, and gives to all hosts some modules and arguments of its own:

- snowfall-lib (``snowfall-lib/system``, ``snowfall-lib/module``): ``systems/<target>/<host>/default.nix``, and each
  ``default.nix`` below ``modules/nixos`` on every host.
- blueprint (``lib/default.nix``): ``hosts/<host>/configuration.nix``; ``modules/nixos/<name>`` for whoever imports it.
- ez-configs (``flake-module.nix``): ``nixos-configurations/<host>``, and ``nixos-modules/default`` on every host.
- flake-utils-plus (``lib/mkFlake.nix``), on which snowfall-lib stands: ``hosts.<host>.modules``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from nixlint.semantics.language import symbols
from nixlint.semantics.language.interpreter import Interpreter
from nixlint.semantics.language.paths import normalised
from nixlint.semantics.language.values import (
    AttrsValue,
    BoolValue,
    CallValue,
    Entry,
    Known,
    PathValue,
    StringValue,
    SymbolValue,
    Thunk,
    Value,
)
from nixlint.semantics.modules.module_system import Definition, ModuleSystem
from nixlint.semantics.modules.option_path import OptionPath
from nixlint.syntax.place import Place

_SNOWFALL, _BLUEPRINT, _PLUS, _EZ = "snowfall-lib", "blueprint", "flake-utils-plus", "ez-configs"
_MODULES = ("modules", "nixos")
_DEEPEST = 8
"""Folders of modules in one another."""


class LaidOutHost(NamedTuple):
    """A host of a layout: its modules, and what they are given. ``system`` is one that a file makes by itself."""

    name: str
    place: Place | None
    modules: tuple[Definition, ...] = ()
    arguments: Mapping[str, Thunk] = {}
    system: Value | None = None


class Layout(NamedTuple):
    """What a flake gives to one of these libraries, ``root`` being the folder that it searches."""

    library: str
    root: Path
    settings: tuple[Value, ...]
    interpreter: Interpreter

    def hosts(self, given: Mapping[str, Thunk]) -> Iterator[LaidOutHost]:
        """The hosts that the library makes; ``given`` are the flake and its inputs, by the names of arguments."""
        match self.library:
            case "snowfall-lib":
                return self._of_snowfall(given)
            case "blueprint":
                return self._of_blueprint(given)
            case "ez-configs":
                return self._of_ez_configs()
            case _:
                return self._of_plus(given)

    def module(self, name: str) -> Value | None:
        """What ``self.nixosModules.<name>`` is: a file of the folder of modules."""
        folder = self._folder("modulesDirectory", "nixos-modules") if self.library == _EZ else self._modules
        if self.library == _PLUS or folder is None:
            return None
        ways = [folder / name / "default.nix"]
        if self.library != _SNOWFALL:
            ways.insert(0, folder / f"{name}.nix")
        return next((PathValue(path) for path in ways if self._is_file(path)), None)

    @property
    def _modules(self) -> Path:
        return self.root.joinpath(*_MODULES)

    def _of_snowfall(self, given: Mapping[str, Thunk]) -> Iterator[LaidOutHost]:
        shared = (*map(PathValue, self._defaults_below(self._modules)), *self._own("home-manager"))
        everywhere = self._find("systems", "modules", "nixos")
        namespace = self._find("snowfall", "namespace") or StringValue(("internal",))
        for target, kind in self._entries("systems"):
            for name, _ in (
                self._entries("systems", target) if kind == "directory" and target.endswith("-linux") else ()
            ):
                path = self.root / "systems" / target / name / "default.nix"
                if not self._is_file(path):
                    continue
                further = (everywhere, self._find("systems", "hosts", name, "modules"))
                arguments = {
                    **given,
                    **_entries_of(self._find("systems", "hosts", name, "specialArgs")),
                    **_texts({"host": name, "system": target, "target": target, "format": "linux"}),
                    "virtual": Known(BoolValue(False)),
                    "namespace": Known(namespace),
                }
                yield LaidOutHost(name, None, _definitions((PathValue(path), *shared), further), arguments)

    def _of_plus(self, given: Mapping[str, Thunk]) -> Iterator[LaidOutHost]:
        defaults = self._find("hostDefaults", "modules")
        listed = self._find("hosts")
        for name, entry in listed.entries.items() if isinstance(listed, AttrsValue) else ():
            output = self._find("hosts", name, "output")
            if isinstance(output, StringValue) and output.text != "nixosConfigurations":
                continue
            arguments = dict(given)
            for names in (("hostDefaults",), ("hosts", name)):
                for key in ("extraArgs", "specialArgs"):
                    arguments.update(_entries_of(self._find(*names, key)))
            modules = _definitions(self._own(), (defaults, self._find("hosts", name, "modules")))
            yield LaidOutHost(name, entry.name_place, modules, arguments)

    def _of_blueprint(self, given: Mapping[str, Thunk]) -> Iterator[LaidOutHost]:
        arguments = {"inputs": given["inputs"], "flake": given["self"]} if given.keys() >= {"inputs", "self"} else {}
        for name, kind in self._entries("hosts"):
            folder = self.root / "hosts" / name
            own = {**arguments, **_texts({"hostName": name})}
            if kind == "directory" and self._is_file(folder / "default.nix"):
                entries = {key: Entry(value) for key, value in own.items()}
                made = self.interpreter.apply(self.interpreter.file(folder / "default.nix"), Known(AttrsValue(entries)))
                value = self.interpreter.find_attribute(made, "value")
                kept = self.interpreter.find_attribute(made, "class")
                if isinstance(kept, StringValue) and kept.text == "nixos" and value is not None:
                    yield LaidOutHost(name, None, system=value)
            elif kind == "directory" and self._is_file(folder / "configuration.nix"):
                modules = (PathValue(folder / "configuration.nix"), *self._own("home-manager"))
                yield LaidOutHost(name, None, _definitions(modules, ()), own)

    def _of_ez_configs(self) -> Iterator[LaidOutHost]:
        folder = self._folder("configurationsDirectory", "nixos-configurations")
        arguments = _entries_of(self._find("nixos", "specialArgs") or self._find("globalArgs"))
        everywhere = self.module("default")
        if folder is None:
            return
        for name, kind in self._entries_in(folder):
            path = folder / name if kind == "regular" else folder / name / "default.nix"
            if path.suffix != ".nix" or not self._is_file(path):
                continue
            host = name.removesuffix(".nix") if kind == "regular" else name
            default = self._find("nixos", "hosts", host, "importDefault")
            takes = not (isinstance(default, BoolValue) and not default.value)
            shared = (everywhere,) if everywhere is not None and takes else ()
            modules = (PathValue(path), *shared, *self._own("home-manager"))
            yield LaidOutHost(host, None, _definitions(modules, ()), arguments)

    def _own(self, *further: str) -> tuple[Value, ...]:
        """The modules of the library itself, and of others that it adds, by their names."""
        return tuple(
            SymbolValue((*symbols.INPUTS, name, "nixosModules", "default")) for name in (self.library, *further)
        )

    def _find(self, *names: str) -> Value | None:
        """A setting at a path, where the settings have one."""
        for settings in self.settings:
            value: Value | None = settings
            for name in names:
                value = None if value is None else self.interpreter.find_attribute(value, name)
            if value is not None:
                return value
        return None

    def _folder(self, setting: str, name: str) -> Path | None:
        """A folder of ez-configs: as it is set, or else by its name below the root."""
        value = self._find("nixos", setting)
        if value is None:
            return self.root / name
        return value.path if isinstance(value, PathValue) else None

    def _entries(self, *names: str) -> Iterator[tuple[str, str]]:
        return self._entries_in(self.root.joinpath(*names))

    def _entries_in(self, folder: Path) -> Iterator[tuple[str, str]]:
        files = self.interpreter.files
        return iter(sorted(((files and files.entries(folder)) or {}).items()))

    def _is_file(self, path: Path) -> bool:
        return self.interpreter.files is not None and self.interpreter.files.kind(path) == "regular"

    def _defaults_below(self, folder: Path, depth: int = 0) -> Iterator[Path]:
        """Each ``default.nix`` in a folder and below it."""
        if self._is_file(folder / "default.nix"):
            yield folder / "default.nix"
        for name, kind in self._entries_in(folder) if depth < _DEEPEST else ():
            if kind == "directory":
                yield from self._defaults_below(folder / name, depth + 1)


def called_layout(call: CallValue, folder: Path, interpreter: Interpreter) -> Layout | None:
    """The layout of a flake whose outputs a call gives, ``folder`` being where the flake is."""
    path = call.callee.path
    library = path[1] if path[:1] == symbols.INPUTS and len(path) > 1 else None
    settings = tuple(argument.force() for argument in call.arguments)
    match library, path[2:]:
        case "snowfall-lib", ("mkFlake",):
            layout = Layout(_SNOWFALL, folder, settings, interpreter)
            root = layout._find("snowfall", "root") or layout._find("src")
            return layout._replace(root=root.path if isinstance(root, PathValue) else folder)
        case "blueprint", ():
            layout = Layout(_BLUEPRINT, folder, settings, interpreter)
            prefix = layout._find("prefix")
            if isinstance(prefix, StringValue) and prefix.text is not None:
                return layout._replace(root=normalised(prefix.text, folder))
            return layout._replace(root=prefix.path if isinstance(prefix, PathValue) else folder)
        case "flake-utils-plus", ("lib", "mkFlake") | ("mkFlake",):
            return Layout(_PLUS, folder, settings, interpreter)
        case _:
            return None


def ez_configs_layout(parts: ModuleSystem, interpreter: Interpreter) -> Layout | None:
    """The layout that the options of ez-configs say, among the modules of flake-parts."""
    settings = tuple(found.value for found in parts.definitions(OptionPath.of("ezConfigs")))
    roots = [found.value for found in parts.definitions(OptionPath.of("ezConfigs", "root"))]
    if len(roots) != 1 or not isinstance(roots[0], PathValue):
        return None
    return Layout(_EZ, roots[0].path, settings, interpreter)


def _definitions(modules: tuple[Value, ...], lists: tuple[Value | None, ...]) -> tuple[Definition, ...]:
    """Modules, and what lists of further ones hold."""
    wholes = (AttrsValue({"imports": Entry(Known(each))}) for each in lists if each is not None)
    return tuple(Definition(value, None) for value in (*modules, *wholes))


def _texts(texts: Mapping[str, str]) -> Mapping[str, Thunk]:
    return {name: Known(StringValue((text,))) for name, text in texts.items()}


def _entries_of(value: Value | None) -> Mapping[str, Thunk]:
    return {name: entry.value for name, entry in value.entries.items()} if isinstance(value, AttrsValue) else {}
