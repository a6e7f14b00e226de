"""Generated repositories of NixOS configuration, for comparison of the module system with the real Nix.

A repository has a host made of modules in several files, for the options of ``tests/nix/world.nix``: ``sys``, ``net``,
``svc``, ``tags``, ``files.<name>`` and ``containers.<name>``, whose ``config`` is a module system again; and for options of
its own, ``my.<name>``. What it cannot tell is what its flake input ``other``, the environment and the defaults of ``sys``
hold; Nix evaluates it with several values of these.

Every repository evaluates. So that no option depends on itself, each has a rank, and its definitions look at options of a
lower rank alone.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")

NAMES = ("web", "db", "api")
ELSEWHERE = "elsewhere"
"""A name that only what a repository cannot tell uses."""

_LEAVES = {
    ("sys", "flag"): "bool",
    ("sys", "count"): "int",
    ("net", "name"): "str",
    ("net", "port"): "int",
    ("svc", "on"): "bool",
    ("svc", "level"): "int",
    ("tags",): "list",
}
_RANKS = {"sys": 0, "my": 1, "net": 20, "svc": 21, "tags": 22, "containers": 24, "files": 30}
_NEVER = -1
"""The rank of what looks at no option; it may be used in imports and in names."""


class Choices(Protocol):
    """Where the decisions come from: hypothesis, or a random number generator."""

    def number(self, below: int) -> int:
        """A number from 0; the lower, the simpler the outcome."""
        ...


class RandomChoices:
    """Decisions by chance, the same ones for the same seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def number(self, below: int) -> int:
        """A number from 0."""
        return self._random.randrange(below)


class Repo(NamedTuple):
    """A generated repository: its files by their paths, and whether parts of it cannot be told from them."""

    files: Mapping[str, str]
    has_unknown: bool
    declared: tuple[str, ...] = ()
    """The names below ``my`` that it declares."""

    @property
    def root(self) -> str:
        """The file that Nix starts at."""
        return "flake.nix" if "flake.nix" in self.files else "configuration.nix"

    def text(self) -> str:
        """All files, for a person to read."""
        return "\n".join(f"# {path}\n{text}" for path, text in self.files.items())


@st.composite
def repositories(draw: st.DrawFn) -> Repo:
    """Repositories that hypothesis can make simpler."""

    class Drawn:
        def number(self, below: int) -> int:
            return draw(st.integers(0, below - 1))

    return repository(Drawn())


def repository(choices: Choices) -> Repo:
    """One repository."""
    return _Writer(choices).repository()


class _Name(NamedTuple):
    """An expression that stands for a value of a kind: a variable, an option that is read, an attribute of an input."""

    text: str
    kind: str
    rank: int = _NEVER
    unknown: bool = False


class _Scope(NamedTuple):
    """What can be used in an expression."""

    names: tuple[_Name, ...] = ()
    lib: str = "lib."
    container: bool = False
    folder: str = ""

    def adding(self, *names: _Name) -> _Scope:
        return self._replace(names=(*self.names, *names))

    def without_config(self) -> _Scope:
        """The scope below a function whose ``config`` hides this one."""
        return self._replace(
            names=tuple(name for name in self.names if not name.text.startswith(("config.", "(config")))
        )


@dataclass
class _Writer:
    choices: Choices
    files: dict[str, str] = field(default_factory=dict)
    count: int = 0
    unknown: bool = False
    namespaces: tuple[str, ...] = ()
    boxes: bool = False
    extra: bool = False
    flake: bool = False
    sure: tuple[tuple[str, str], ...] = ()
    in_container: bool = False
    typed: bool = False

    # -- decisions ------------------------------------------------------------------------------------------------

    def pick(self, options: Sequence[T]) -> T:
        return options[self.choices.number(len(options))]

    def chance(self, percent: int) -> bool:
        return self.choices.number(100) >= 100 - percent

    def fresh(self, stem: str) -> str:
        self.count += 1
        return f"{stem}{self.count}"

    # -- the repository -------------------------------------------------------------------------------------------

    def repository(self) -> Repo:
        self.unknown = self.chance(45)
        self.flake = self.chance(50)
        self.namespaces = ("one", "two", "three")[: self.pick((0, 1, 1, 2, 3))]
        self.boxes = self.chance(25)
        self.extra = self.chance(25)
        self.sure = tuple(option for option in (("net", "name"), ("svc", "level")) if self.chance(30))
        if self.flake:
            self.files["flake.nix"] = self._flake()
        else:
            self.files["configuration.nix"] = self._root_module("")
        return Repo(dict(self.files), self.unknown, (*self.namespaces, *(("boxes",) if self.boxes else ())))

    def _flake(self) -> str:
        folder = self.pick(("", "hosts/", "hosts/alpha/"))
        file = f"{folder}alpha.nix" if folder != "hosts/alpha/" else f"{folder}default.nix"
        self.files[file] = self._root_module(folder)
        target = f"./{file}" if folder != "hosts/alpha/" or self.chance(50) else "./hosts/alpha"
        scope = _Scope(lib="inputs.nixpkgs.lib.", names=self._inputs(_Scope()).names)
        inline = [self._inline_module(scope, 0)] if self.chance(40) else []
        modules = " ".join([target, *(f"({module})" for module in inline)])
        special = 'specialArgs = { inherit inputs; user = "alice"; size = 3; };'
        system = self.pick(
            (
                f"inputs.nixpkgs.lib.nixosSystem {{ {special} modules = [ {modules} ]; }}",
                f"let inherit (inputs.nixpkgs) lib; in lib.nixosSystem {{ {special} modules = [ {modules} ]; }}",
                f"let mk = modules: inputs.nixpkgs.lib.nixosSystem {{ inherit modules; {special} }}; in mk [ {modules} ]",
            )
        )
        return f"{{ outputs = {{ self, nixpkgs, ... }}@inputs: {{ nixosConfigurations.alpha = {system}; }}; }}"

    def _inputs(self, scope: _Scope) -> _Scope:
        if not self.unknown:
            return scope
        found = (
            _Name("inputs.other.flag", "bool", unknown=True),
            _Name("inputs.other.count", "int", unknown=True),
            _Name("inputs.other.name", "str", unknown=True),
            _Name("inputs.other.names", "list", unknown=True),
        )
        return scope.adding(*found)

    def _module_scope(self, folder: str, container: bool = False) -> _Scope:
        """What a module of a file of its own can use."""
        scope = _Scope(folder=folder, container=container)
        if self.unknown:
            scope = scope.adding(
                _Name('(builtins.getEnv "NIXLINT_TEST" == "1")', "bool", unknown=True),
                _Name("config.sys.flag", "bool", 0, unknown=True),
                _Name("config.sys.count", "int", 0, unknown=True),
            )
        if container:
            return scope
        if self.flake:
            scope = self._inputs(scope).adding(_Name("user", "str"), _Name("size", "int"))
        if self.extra:
            scope = scope.adding(_Name("extra", "int", 0), _Name("heading", "str", 0))
        for index, name in enumerate(self.namespaces):
            scope = scope.adding(
                _Name(f"config.my.{name}.enable", "bool", 1 + index),
                _Name(f"config.my.{name}.level", "int", 1 + index),
                _Name(f"config.my.{name}.title", "str", 1 + index),
                _Name(f"config.my.{name}.names", "list", 1 + index),
                _Name(f"(config.my.{name}.enable or false)", "bool", 1 + index),
            )
        if self.namespaces:
            scope = scope.adding(_Name("(config ? my)", "bool", 20), _Name("(config.my ? nothing)", "bool", 20))
        for option in self.sure:
            scope = scope.adding(_Name(f"config.{'.'.join(option)}", _LEAVES[option], _RANKS[option[0]]))
        return scope

    def _head(self, scope: _Scope) -> tuple[str, _Scope]:
        """The beginning of a module that is a function."""
        formals = ["config", "lib"]
        if not scope.container:
            formals += ["inputs", "user", "size"] if self.flake else []
            formals += ["extra", "heading"] if self.extra else []
        if self.chance(30):
            formals.append("pkgs")
        names = ", ".join(formals)
        match self.choices.number(5):
            case 0 | 1:
                return f"{{ {names}, ... }}: ", scope
            case 2 if self.flake and not scope.container:
                given = (_Name('(args.user or "nobody")', "str"), _Name("(args ? user)", "bool"))
                return f"args@{{ {names}, ... }}: ", scope.adding(*given)
            case 2:
                return f"args@{{ {names}, ... }}: ", scope
            case 3:
                return f"{{ {names}, ... }}: with lib; ", scope._replace(lib="")
            case _:
                return f"args@{{ {names}, ... }}: let inherit (args) lib; in ", scope

    def _root_module(self, folder: str) -> str:
        scope = self._module_scope(folder)
        imports = [self._namespace_file(index, folder) for index in range(len(self.namespaces))]
        imports += [self._boxes_file(folder)] if self.boxes else []
        fixed = [f"{'.'.join(option)} = {self._expression(_LEAVES[option], scope, 0, 1)};" for option in self.sure]
        if self.extra:
            fixed.append(
                self.pick(
                    (
                        '_module.args.extra = 5; _module.args.heading = "t";',
                        '_module.args = { extra = 5; heading = "t"; };',
                        '_module = { args = { extra = 2 + 3; heading = "t" + ""; }; };',
                    )
                )
            )
        if fixed:
            text = "{ " + " ".join(fixed) + " }"
            formals = ["config", "lib", *(("inputs", "user", "size") if self.flake else ())]
            formals += ["extra", "heading"] if self.extra else []
            imports.append(
                text if self.chance(60) else self._written(folder, f"{{ {', '.join(formals)}, ... }}: {text}")
            )
        return self._module(scope, 2, imports, function=True)

    def _namespace_file(self, index: int, folder: str) -> str:
        return self._file(folder, lambda own: self._namespace(index, own))

    def _namespace(self, index: int, folder: str) -> str:
        """A module that declares options of its own and what follows from them."""
        name = self.namespaces[index]
        scope = self._module_scope(folder)
        head, scope = self._head(scope)
        lib = scope.lib
        rank = 1 + index
        cfg = self.chance(70)
        if cfg:
            head += (
                f"let cfg = config.my.{name}; in "
                if self.chance(70)
                else f"let inherit (config.my) {name}; cfg = {name}; in "
            )
            scope = scope.adding(
                _Name("cfg.enable", "bool", rank), _Name("cfg.level", "int", rank), _Name("cfg.title", "str", rank)
            )
        level = self.choices.number(9)
        applied = "apply = level: level + 1; "
        declared = (
            f"{self._enable_option(name, lib)} "
            f"level = {lib}mkOption {{ type = {lib}types.int; default = {level}; {self.pick(('', '', '', applied))}}}; "
            f'title = {lib}mkOption {{ type = {lib}types.str; default = "{self.pick(NAMES)}"; }}; '
            f"names = {lib}mkOption {{ type = {lib}types.listOf {lib}types.str; default = [ ]; }};"
        )
        options = self.pick(
            (
                f"options.my.{name} = {{ {declared} }};",
                f"options = {{ my.{name} = {{ {declared} }}; }};",
                f"options.my = {{ {name} = {{ {declared} }}; }};",
            )
        )
        condition = "cfg.enable" if cfg else f"config.my.{name}.enable"
        body = self._body(scope, 1, above=rank, simple=False)
        other = self._body(scope, 0, above=rank, simple=True)
        config = self.pick(
            (
                f"config = {lib}mkIf {condition} {{ {body} }};",
                f"config = {lib}mkIf {condition} {{ {body} }};",
                f"config = {lib}mkMerge [ {{ {other} }} ({lib}mkIf {condition} {{ {body} }}) ];",
                f"config = {lib}mkIf {condition} ({lib}mkMerge [ {{ {body} }} {{ {other} }} ]);",
            )
        )
        return f"{head}{{ {options} {config} }}"

    def _enable_option(self, name: str, lib: str) -> str:
        if self.chance(75):
            return f'enable = {lib}mkEnableOption "{name}";'
        return f"enable = {lib}mkOption {{ type = {lib}types.bool; default = {self.pick(('true', 'false'))}; }};"

    def _boxes_file(self, folder: str) -> str:
        scope = self._module_scope(folder)
        head, scope = self._head(scope)
        lib = scope.lib
        within = f"{{ options.size = {lib}mkOption {{ type = {lib}types.int; default = 2; }}; }}"
        inner = f"inner = {lib}mkOption {{ type = {lib}types.submodule {within}; default = {{ }}; }}; "
        submodule = (
            f"{{ options = {{ level = {lib}mkOption {{ type = {lib}types.int; default = 3; }}; {inner}"
            f'on = {lib}mkEnableOption "it"; }}; }}'
        )
        if self.chance(40):
            submodule = f"({{ name, ... }}: {submodule})"
        kind = f"{lib}types.attrsOf ({lib}types.submodule {submodule})"
        option = f"options.my.boxes = {lib}mkOption {{ type = {kind}; default = {{ }}; }};"
        container = self.pick(
            (
                "{ autoStart = box.on; config = { svc.level = box.level; }; }",
                "{ autoStart = box.on; config = { lib, ... }: { svc.level = box.level; net.name = name; }; }",
                "{ config.files.${name} = box.level; }",
                "{ config = { net.port = box.inner.size; files.${name} = box.level; }; }",
                f"{lib}mkIf box.on {{ config.net.name = name; }}",
            )
        )
        over = self.pick(("config.my.boxes", f"({lib}filterAttrs (_: box: box.on) config.my.boxes)"))
        return self._written(
            folder, f"{head}{{ {option} config.containers = {lib}mapAttrs (name: box: {container}) {over}; }}"
        )

    # -- modules ----------------------------------------------------------------------------------------------------

    def _written(self, folder: str, text: str) -> str:
        """A path, as seen from a folder, to a new file with this text, which looks at no other file."""
        return self._file(folder, lambda _: text)

    def _file(self, folder: str, text: Callable[[str], str], prefix: str = "./") -> str:
        """A path, written in a folder behind a prefix, to a new file; its text depends on the folder that it is in."""
        match self.choices.number(4):
            case 0 | 1:
                name = f"{self.fresh('m')}.nix"
                self.files[folder + name] = text(folder)
                return prefix + name
            case 2:
                name = self.fresh("d")
                self.files[f"{folder}{name}/default.nix"] = text(f"{folder}{name}/")
                return f"{prefix}{name}" if self.chance(70) else f"{prefix}{name}/default.nix"
            case _:
                name = f"{self.fresh('m')}.nix"
                self.files[folder + name] = text(folder)
                return f'({prefix.rstrip("/")}/. + "/{name}")' if self.chance(50) else prefix + name

    def _inline_module(self, scope: _Scope, depth: int) -> str:
        """A module within an expression, which sees the names around it."""
        if self.chance(50):
            return "{ " + self._body(scope, depth, simple=depth == 0) + " }"
        formals = self.pick(("config, lib, ...", "lib, config, ...", "config, lib, pkgs, ..."))
        inner = scope._replace(lib="lib.")
        return f"{{ {formals} }}: {{ {self._body(inner, depth, simple=depth == 0)} }}"

    def _module(
        self, scope: _Scope, depth: int, imports: Sequence[str] = (), function: bool = True, content: str | None = None
    ) -> str:
        head = ""
        if function:
            head, scope = self._head(scope)
        bindings, scope = self._let(scope, depth)
        head += bindings
        found = list(imports)
        before = ""
        if depth:
            further, before = self._imports(scope, depth)
            listed = self._import_list(scope, [*found, *further], depth)
        else:
            listed = f"[ {' '.join(found)} ]"
        imported = "" if listed == "[  ]" else f"imports = {listed}; "
        body = self._body(scope, depth) if content is None else content
        lib = scope.lib
        match self.choices.number(11):
            case 0 | 1 | 2:
                text = f"{{ {imported}{body} }}"
            case 5:
                more = self._body(scope, 0, simple=True)
                text = f"{{ {imported}config = {lib}recursiveUpdate {{ {body} }} {{ {more} }}; }}"
            case 6:
                names = self._expression("list", scope, 0, 1)
                value = self._expression("int", scope, 0, 1)
                parts = f"map (name: {{ files.${{name}} = {value}; }}) {names}"
                text = f"{{ {imported}config = {lib}mkMerge ([ {{ {body} }} ] ++ {parts}); }}"
            case 7:
                condition = self._condition(scope, 0, static=True)
                more = self._body(scope, 0, simple=True)
                text = f"{{ {imported}config = {{ {body} }} // {lib}optionalAttrs {condition} {{ {more} }}; }}"
            case 8:
                value = self._expression("int", scope, 0, 1)
                parts = f"{lib}mapAttrsToList (name: n: {{ files.${{name}} = n; }}) {{ {self.pick(NAMES)} = {value}; }}"
                text = f"{{ {imported}config = {lib}mkMerge ({parts} ++ [ {{ {body} }} ]); }}"
            case 9 if self.chance(50):
                condition = self._condition(scope, 0, static=True)
                more = self._body(scope, 0, simple=True)
                text = f"{{ {imported}config = if {condition} then {{ {body} }} else {{ {more} }}; }}"
            case 9 | 10:
                text = f"{{ {imported}config = {{ {body} }}; }}"
            case 3:
                text = f"{{ {imported}config = {lib}mkIf {self._condition(scope, 0)} {{ {body} }}; }}"
            case 4:
                other = self._body(scope, 0, simple=True)
                condition = self._condition(scope, 0)
                text = f"{{ {imported}config = {lib}mkMerge [ {{ {body} }} ({lib}mkIf {condition} {{ {other} }}) ]; }}"
            case _:
                text = f"{{ {imported}options = {{ }}; config = {{ {body} }}; }}"
        return head + before + text

    def _let(self, scope: _Scope, depth: int) -> tuple[str, _Scope]:
        number = self.pick((0, 0, 1, 2))
        bindings: list[str] = []
        for _ in range(number):
            kind = self.pick(("int", "str", "bool", "list"))
            floor = self.pick((0, 0, 1))
            name = self.fresh("v")
            bindings.append(f"{name} = {self._expression(kind, scope, floor, 2)};")
            scope = scope.adding(_Name(name, kind, floor - 1))
        return (f"let {' '.join(bindings)} in ", scope) if bindings else ("", scope)

    def _imports(self, scope: _Scope, depth: int) -> tuple[list[str], str]:
        """Elements of an import list, and a ``let`` that they need."""
        elements: list[str] = []
        before = ""
        for _ in range(self.pick((0, 1, 1, 2))):
            folder = scope.folder
            match self.choices.number(10):
                case 0 | 1 | 2:
                    elements.append(self._file_module(folder, scope.container, depth - 1))
                case 3:
                    elements.append(f"({self._inline_module(scope, depth - 1)})")
                case 4:
                    n, flag = self._expression("int", scope, 0, 1), self._expression("bool", scope, 0, 1)
                    path = self._file(folder, lambda own: self._made_module(own, scope.container, depth - 1))
                    given = self.pick((f"n = {n};", f"n = {n}; flag = {flag};"))
                    elements.append(f"(import {path} {{ {given} }})")
                case 5:
                    condition = self._condition(scope, 0, static=True)
                    path = self._file_module(folder, scope.container, depth - 1)
                    elements.append(f"(if {condition} then {path} else {{ }})")
                case 6 if not before:
                    name = self.fresh("made")
                    inner = scope.adding(_Name("n", "int"), _Name("label", "str"))
                    body = self._body(inner, 0, simple=True)
                    before = f"let {name} = n: label: {{ {body} }}; in "
                    elements.append(f'({name} {self.choices.number(5)} "{self.pick(NAMES)}")')
                case 7 if not before:
                    name = self.fresh("mods")
                    inline, file = self._inline_module(scope, 0), self._file_module(folder, scope.container, 0)
                    before = f"let {name} = {{ a = {inline}; b = {file}; }}; in "
                    elements.append(self.pick((f"{name}.a", f"{name}.b")))
                case 8 if self.unknown and self.flake and not scope.container:
                    elements.append("inputs.other.nixosModules.extra")
                case _:
                    elements.append(f"(import {self._file_module(folder, scope.container, depth - 1)})")
        return elements, before

    def _made_module(self, folder: str, container: bool, depth: int) -> str:
        """A function that makes a module."""
        scope = self._module_scope(folder, container).adding(_Name("n", "int"), _Name("flag", "bool"))
        return "{ n, flag ? false }: " + self._module(scope, depth)

    def _import_list(self, scope: _Scope, elements: list[str], depth: int) -> str:
        lib = scope.lib
        match self.choices.number(16):
            case 0 if elements:
                condition = self._condition(scope, 0, static=True)
                path = self._file_module(scope.folder, scope.container, 0)
                return f"[ {' '.join(elements)} ] ++ {lib}optional {condition} {path}"
            case 1 if elements:
                condition = self._condition(scope, 0, static=True)
                path = self._file_module(scope.folder, scope.container, 0)
                return f"[ {' '.join(elements)} ] ++ {lib}optionals {condition} [ {path} ]"
            case 2:
                one, other = self.fresh("e"), self.fresh("e")
                for name in (one, other):
                    self.files[f"{scope.folder}{name}.nix"] = self._module(
                        self._module_scope(scope.folder, scope.container), 0
                    )
                return f'[ {" ".join(elements)} ] ++ map (name: ./${{name}}.nix) [ "{one}" "{other}" ]'
            case 3 if self.chance(40):
                # A file that is imported and taken away again.
                path = f"./{self.fresh('off')}.nix"
                self.files[scope.folder + path[2:]] = self._module(self._module_scope(scope.folder, scope.container), 0)
                return f"[ {' '.join(elements)} {path} {{ disabledModules = [ {path} ]; }} ]"
            case 4:
                condition = self._condition(scope, 0, static=True)
                one = self._file_module(scope.folder, scope.container, 0)
                other = self._file_module(scope.folder, scope.container, 0)
                return f"[ {' '.join(elements)} ] ++ (if {condition} then [ {one} ] else [ {other} ])"
            case 5:
                condition = self._condition(scope, 0, static=True)
                one = self._file_module(scope.folder, scope.container, 0)
                other = self._file_module(scope.folder, scope.container, 0)
                return f"[ {' '.join(elements)} (if {condition} then {one} else {other}) ]"
            case 6:
                # The same file twice, perhaps by other names.
                name = self.fresh("d")
                self.files[f"{scope.folder}{name}/default.nix"] = self._module(
                    self._module_scope(f"{scope.folder}{name}/", scope.container), 0
                )
                again = self.pick((f"./{name}", f"./{name}/default.nix", f"(import ./{name})"))
                return f"[ {' '.join(elements)} ./{name} {again} ]"
            case 7 if self.chance(40):
                name = self.fresh("off")
                self.files[f"{scope.folder}{name}.nix"] = self._module(
                    self._module_scope(scope.folder, scope.container), 0
                )
                disabled = self.pick((f"(toString ./{name}.nix)", f"./{name}/default.nix", '"services/x.nix"'))
                return f"[ {' '.join(elements)} ./{name}.nix {{ disabledModules = [ {disabled} ]; }} ]"
            case 8 if self.chance(40):
                # Modules with the same key are one.
                one, other = (self._body(scope, 0, simple=True) for _ in range(2))
                key = self.fresh("key")
                modules = f'{{ key = "{key}"; {one} }} {{ key = "{self.pick((key, key, "other"))}"; {other} }}'
                return f"[ {' '.join(elements)} {modules} ]"
            case 9:
                body = self._body(scope, 0, simple=True)
                return f"[ {' '.join(elements)} ({lib}mkIf {self._condition(scope, 0)} {{ {body} }}) ]"
            case 10:
                condition = self._condition(scope, 0, static=True)
                one = self._file_module(scope.folder, scope.container, 0)
                return f"[ {' '.join(elements)} ] ++ builtins.filter (_: {condition}) [ {one} ]"
            case _:
                return f"[ {' '.join(elements)} ]"

    def _file_module(self, folder: str, container: bool, depth: int) -> str:
        """A path to a new file that holds a module; sometimes a file in another folder."""
        target, prefix = folder, "./"
        if self.chance(25):
            name = self.fresh("sub")
            target, prefix = f"{folder}{name}/", f"./{name}/"
        elif folder and self.chance(30):
            target, prefix = "", "../" * folder.count("/")

        def text(own: str) -> str:
            return self._module(self._module_scope(own, container), max(depth, 0))

        return self._file(target, text, prefix)

    # -- what a module defines ----------------------------------------------------------------------------------------

    def _body(self, scope: _Scope, depth: int, above: int = 0, simple: bool = False) -> str:
        """Bindings of options whose rank is above a number; each group of options at most once."""
        groups = ["net", "svc", "tags", "files"]
        if self.unknown and self.chance(15) and not above:
            groups.append("sys")
        if not scope.container:
            groups += ["containers", "containers"] if depth or not simple else []
            if not self.in_container:
                groups += [f"my.{name}" for index, name in enumerate(self.namespaces) if 1 + index > above] * 2
                groups += ["my.boxes"] if self.boxes and above < 10 else []
        chosen = dict.fromkeys(self.pick(groups) for _ in range(self.pick((1, 1, 2, 3))))
        bindings = " ".join(self._group(group, scope, depth) for group in chosen)
        if self.chance(6):
            names = dict.fromkeys(group.partition(".")[0] for group in chosen)
            return f"inherit ({{ {bindings} }}) {' '.join(names)};"
        return bindings

    def _group(self, group: str, scope: _Scope, depth: int) -> str:
        self.typed = group.startswith("my.")
        match group:
            case "tags":
                return f"tags = {self._value('list', scope, _RANKS['tags'], 2)};"
            case "files":
                return self._files(scope)
            case "containers":
                return self._containers(scope, depth)
            case "my.boxes":
                return self._boxes(scope)
            case _ if group.startswith("my."):
                index = self.namespaces.index(group[3:])
                kinds = {"enable": "bool", "level": "int", "title": "str", "names": "list"}
                return self._leaves(group, kinds, scope, 1 + index, bias="enable")
            case _:
                kinds = {option[1]: kind for option, kind in _LEAVES.items() if option[0] == group}
                return self._leaves(group, kinds, scope, _RANKS[group])

    def _leaves(self, group: str, kinds: Mapping[str, str], scope: _Scope, rank: int, bias: str = "") -> str:
        """Bindings of some options below a group, in one of the ways to write them."""
        names = list(
            dict.fromkeys(self.pick((*kinds, *((bias,) if bias else ()))) for _ in range(self.pick((1, 1, 2))))
        )
        own = {name: self._value(kinds[name], scope, rank, 2) for name in names}
        if bias in own and self.chance(60):
            own[bias] = "true"
        inner = " ".join(f"{name} = {value};" for name, value in own.items())
        lib = scope.lib
        condition = self._condition(scope, rank)
        first = names[0]
        plain = self._expression(kinds[first], scope, rank, 1)
        match self.choices.number(23):
            case 20 if not self.typed and self.chance(50):
                outer = self.pick(("mkForce", "mkDefault", f"mkIf {condition}"))
                more = f"({lib}mkIf {condition} {{ {first} = {plain}; }})"
                return f"{group} = {lib}{outer} ({lib}mkMerge [ {{ {inner} }} {more} ]);"
            case 21 if not self.typed and self.chance(50):
                one = f"({lib}mkIf {condition} {{ {inner} }})"
                other = self.pick((f"{{ {first} = {plain}; }}", f"({lib}mkForce {{ {first} = {plain}; }})"))
                sides = self.pick((f"{one} {other}", f"{other} {one}"))
                return f"{group} = {lib}recursiveUpdate {sides};"
            case 22 if not self.typed and self.chance(50):
                one = f"({lib}{self.pick(('mkForce', 'mkDefault'))} {{ {inner} }})"
                other = self.pick((f"{{ {first} = {plain}; }}", f"({lib}mkIf {condition} {{ {first} = {plain}; }})"))
                return f"{group} = {self.pick((f'{one} // {other}', f'{other} // {one}'))};"
            case 0 | 1 | 2 | 19:
                return " ".join(f"{group}.{name} = {value};" for name, value in own.items())
            case 16:
                return f'{group} = {lib}filterAttrs (name: _: name != "y") (rec {{ y = {plain}; {first} = y; }});'
            case 17:
                return f'{group} = {lib}setAttrByPath [ "{first}" ] {plain};'
            case 18:
                return f"{group} = {lib}recursiveUpdate {{ {inner} }} {{ {first} = {plain}; }};"
            case 3 | 4:
                return f"{group} = {{ {inner} }};"
            case 5:
                return f"{group} = {lib}mkIf {condition} {{ {inner} }};"
            case 6:
                more = self._value(kinds[first], scope, rank, 1)
                return f"{group} = {lib}mkMerge [ {{ {inner} }} ({lib}mkIf {condition} {{ {first} = {more}; }}) ];"
            case 7:
                return f"{group} = {{ {inner} }} // {{ {first} = {plain}; }};"
            case 8:
                return f"{group} = {lib}optionalAttrs {condition} {{ {inner} }};"
            case 9:
                return f"{group} = if {condition} then {{ {inner} }} else {{ }};"
            case 10:
                return f"{group} = let inherit ({{ {inner} }}) {' '.join(names)}; in {{ inherit {' '.join(names)}; }};"
            case 11:
                flat = " ".join(f"{name} = {self._expression(kinds[name], scope, rank, 1)};" for name in names)
                return f"{group} = {lib}mkForce {{ {flat} }};"
            case 12:
                return f'{group} = {lib}genAttrs [ "{first}" ] (name: {plain});'
            case 13:
                return f'{group} = builtins.listToAttrs [ {{ name = "{first}"; value = {plain}; }} ];'
            case 14:
                return f"{group} = {lib}mapAttrs (_: value: value) {{ {inner} }};"
            case _:
                return f'{group}.${{"{first}"}} = {plain};'

    def _files(self, scope: _Scope) -> str:
        rank = _RANKS["files"]
        lib = scope.lib
        name = self.pick(NAMES)
        value = self._value("int", scope, rank, 1)
        plain = self._expression("int", scope, rank, 1)
        condition = self._condition(scope, rank)
        named = self._expression("str", scope, rank, 1)
        match self.choices.number(13):
            case 0 | 1:
                return f"files.{name} = {value};"
            case 2:
                return f"files = {{ {name} = {value}; }};"
            case 3:
                return f"files.${{{named}}} = {value};"
            case 4:
                names = self._expression("list", scope, rank, 1)
                return f"files = {lib}genAttrs {names} (name: {plain});"
            case 5:
                names = self._expression("list", scope, rank, 1)
                return (
                    f'files = builtins.listToAttrs (map (name: {{ name = "x-${{name}}"; value = {plain}; }}) {names});'
                )
            case 6:
                return f"files = {lib}mapAttrs (name: n: n + 1) {{ {name} = {plain}; }};"
            case 7:
                names = self._expression("list", scope, rank, 1)
                return f"files = builtins.foldl' (all: name: all // {{ ${{name}} = {plain}; }}) {{ }} {names};"
            case 8:
                return f"files = {lib}mkIf {condition} {{ {name} = {value}; }};"
            case 9:
                other = self.pick(NAMES)
                return f"files = {lib}mkMerge [ {{ {name} = {value}; }} {{ {other} = {plain}; }} ];"
            case 10:
                more = f"{lib}optionalAttrs {condition} {{ {self.pick(NAMES)} = {plain}; }}"
                return f"files = {{ {name} = {plain}; }} // {more};"
            case 11:
                return f"files = {lib}{self.pick(('mkForce', 'mkDefault'))} {{ {name} = {plain}; }};"
            case _:
                return f'files = {lib}mapAttrs\' (name: n: {lib}nameValuePair "x-${{name}}" n) {{ {name} = {plain}; }};'

    def _boxes(self, scope: _Scope) -> str:
        lib = scope.lib
        name = self.pick(NAMES)
        level, on = self._value("int", scope, 10, 1), self._value("bool", scope, 10, 1)
        box = self.pick((f"{{ level = {level}; }}", f"{{ on = {on}; }}", "{ }", f"{{ level = {level}; on = {on}; }}"))
        return self.pick(
            (
                f"my.boxes.{name} = {box};",
                f"my.boxes = {{ {name} = {box}; }};",
                f'my.boxes = {lib}genAttrs [ "{name}" "{self.pick(NAMES)}" ] (_: {box});',
                f"my.boxes = {lib}mkIf {self._condition(scope, 10)} {{ {name} = {box}; }};",
                f"my.boxes.{name}.on = {on};",
                f"my.boxes.{name} = {{ inner = {{ size = {level}; }}; on = true; }};",
                f"my.boxes.{name}.inner.size = {level};",
            )
        )

    def _containers(self, scope: _Scope, depth: int) -> str:
        rank = _RANKS["containers"]
        lib = scope.lib
        name = self.pick(NAMES)
        condition = self._condition(scope, rank)
        with_name = scope.adding(_Name("name", "str"))
        match self.choices.number(19):
            case 0 | 1:
                return f"containers.{name} = {self._container(scope, depth)};"
            case 16:
                wrapper = self.pick(("mkForce", "mkDefault", "mkOverride 70"))
                return f"containers.{name} = {lib}{wrapper} {self._container(scope, 0)};"
            case 17 if self.chance(50):
                wrapper = self.pick(("mkForce", "mkDefault"))
                return f"containers = {lib}{wrapper} {{ {name} = {self._container(scope, 0)}; }};"
            case 18:
                wrapper = self.pick(("mkForce", "mkDefault"))
                return f"containers.{name}.config = {lib}{wrapper} {self._container_config(scope, 0)};"
            case 2:
                return f"containers = {{ {name} = {self._container(scope, depth)}; }};"
            case 3:
                return f"containers.{name} = {lib}mkIf {condition} {self._container(scope, depth)};"
            case 4:
                made = self._container(with_name.adding(_Name("n", "int")), 0)
                return f"containers = {lib}mapAttrs (name: n: {made}) {{ {name} = 3; {self.fresh('c')} = 4; }};"
            case 5:
                names = self._expression("list", scope, rank, 1)
                return f"containers = {lib}genAttrs {names} (name: {self._container(with_name, 0)});"
            case 6:
                return f"containers.{name}.config = {self._container_config(scope, depth)};"
            case 7:
                level = self._value("int", scope, rank, 1)
                on = self._value("bool", scope, rank, 1)
                return f"containers.{name}.config.svc.level = {level}; containers.{name}.autoStart = {on};"
            case 8:
                return f"containers.{name} = {lib}mkMerge [ {self._container(scope, 0)} {self._container(scope, 0)} ];"
            case 9:
                return f"containers = {lib}mkIf {condition} {{ {name} = {self._container(scope, 0)}; }};"
            case 10:
                inner = "lib, n ? 1" if self.chance(50) else "lib, n"
                number = (_Name("n", "int"),)
                path = self._file(
                    scope.folder,
                    lambda own: f"{{ {inner} }}: {self._container(_Scope(names=number, folder=own), 0)}",
                )
                argument = self._expression("int", scope, rank, 1)
                return f"containers.{name} = import {path} {{ lib = {self._lib(scope)}; n = {argument}; }};"
            case 11:
                dynamic = self._expression("str", scope, rank, 1)
                return f"containers.${{{dynamic}}} = {self._container(scope, 0)};"
            case 12:
                names = self._expression("list", scope, rank, 1)
                pair = f"{{ inherit name; value = {self._container(with_name, 0)}; }}"
                return f"containers = builtins.listToAttrs (map (name: {pair}) {names});"
            case 13:
                mk = self.fresh("mk")
                inner_scope = scope.adding(_Name("level", "int"))
                return f"containers = let {mk} = level: {self._container(inner_scope, 0)}; in {{ {name} = {mk} 2; }};"
            case 14:
                path = self._written(scope.folder, self._plain_container())
                return f"containers.{name} = {self.pick(('import ', ''))}{path};"
            case _:
                return f"containers.{name} = {self._container(scope, 0)} // {{ autoStart = true; }};"

    def _lib(self, scope: _Scope) -> str:
        return scope.lib[:-1] if scope.lib else "lib"

    def _plain_container(self) -> str:
        """A container in a file of its own: a set, or a module of the container's options."""
        inner = f'autoStart = {self.pick(("true", "false"))}; address = "{self.choices.number(5)}";'
        return self.pick((f"{{ {inner} }}", f"{{ ... }}: {{ {inner} }}", "{ name, ... }: { address = name; }"))

    def _container(self, scope: _Scope, depth: int) -> str:
        rank = _RANKS["containers"]
        parts: list[str] = []
        if self.chance(60):
            parts.append(f"autoStart = {self._value('bool', scope, rank, 1)};")
        if self.chance(30):
            parts.append(f"address = {self._value('str', scope, rank, 1)};")
        if self.chance(75):
            if self.chance(20):
                parts.append(f"config.net.port = {self._value('int', scope, rank, 1)};")
            else:
                parts.append(f"config = {self._container_config(scope, depth)};")
        return "{ " + " ".join(parts) + " }"

    def _container_config(self, scope: _Scope, depth: int) -> str:
        rank = _RANKS["containers"]
        usable = tuple(name._replace(rank=_NEVER) for name in scope.names if name.rank < rank)
        inner = scope._replace(names=usable, container=True)
        own = inner.without_config()
        lib = scope.lib
        depth = min(depth, 1)
        match self.choices.number(9):
            case 0 | 1:
                return f"{{ {self._body(inner, 0, simple=True)} }}"
            case 2 | 3:
                more = own.adding(*self._module_scope("", True).names)._replace(lib="lib.")
                return f"({{ config, lib, ... }}: {{ {self._body(more, 0, simple=True)} }})"
            case 4:
                return self._file_module(scope.folder, True, depth)
            case 5:
                return f"(import {self._file_module(scope.folder, True, depth)})"
            case 6:
                path = self._file_module(scope.folder, True, 0)
                return f"{{ imports = [ {path} ]; {self._body(inner, 0, simple=True)} }}"
            case 7:
                condition = self._condition(inner, 0)
                return f"({lib}mkIf {condition} {{ {self._body(inner, 0, simple=True)} }})"
            case _:
                path = self._file_module(scope.folder, True, 0)
                return f"({lib}mkMerge [ {{ {self._body(inner, 0, simple=True)} }} {path} ])"

    # -- values and expressions -----------------------------------------------------------------------------------------

    def _value(self, kind: str, scope: _Scope, floor: int, depth: int) -> str:
        """What is defined for an option: an expression, perhaps with properties around it."""
        lib = scope.lib
        plain = self._expression(kind, scope, floor, depth)
        if not depth or self.chance(55):
            return plain
        match self.choices.number(9):
            case 0:
                return f"{lib}mkForce {plain}"
            case 1:
                return f"{lib}mkDefault {plain}"
            case 2:
                return f"{lib}mkOverride {self.pick((70, 100, 900))} {plain}"
            case 7:
                # Nix takes one property of each kind off an option, the override first.
                outer = self.pick(("mkForce", "mkDefault", "mkOverride 70"))
                return f"{lib}{outer} ({lib}{self.pick(('mkAfter', 'mkBefore', 'mkOrder 700'))} {plain})"
            case 8 if not self.typed and kind != "list" and self.chance(40):
                # No option with a type takes a property within another; those of the world have none.
                outer = self.pick(("mkForce", "mkDefault", "mkOverride 100", "mkBefore"))
                return f"{lib}{outer} ({self._value(kind, scope, floor, depth - 1)})"
            case 3:
                condition = self._condition(scope, floor)
                return f"{lib}mkIf {condition} ({self._value(kind, scope, floor, depth - 1)})"
            case 4:
                return f"{lib}mkMerge [ ({self._value(kind, scope, floor, depth - 1)}) ]"
            case 5:
                condition = self._condition(scope, floor)
                inner = self._value(kind, scope, floor, depth - 1)
                return f"{lib}mkMerge [ {plain} ({lib}mkIf {condition} ({inner})) ]"
            case _:
                return f"{lib}{self.pick(('mkBefore', 'mkAfter', 'mkOrder 700'))} {plain}"

    def _condition(self, scope: _Scope, floor: int, static: bool = False) -> str:
        return self._expression("bool", scope, _NEVER + 1 if static else floor, 1)

    def _expression(self, kind: str, scope: _Scope, floor: int, depth: int) -> str:
        """An expression of a kind that can stand anywhere, as an argument too."""
        names = [name for name in scope.names if name.kind == kind and name.rank < floor]
        certain = [name.text for name in names if not name.unknown]
        uncertain = [name.text for name in names if name.unknown]
        if uncertain and self.chance(12):
            return self.pick(uncertain)
        if certain and self.chance(35):
            return self.pick(certain)
        if not depth or self.chance(45):
            return self._literal(kind)

        def inner(kind: str) -> str:
            return self._expression(kind, scope, floor, depth - 1)

        if self.chance(30):
            name = self.fresh("x")
            general = (
                f"(if {inner('bool')} then {inner(kind)} else {inner(kind)})",
                f"(let {name} = {inner(kind)}; in {name})",
                f"(({name}: {name}) {inner(kind)})",
                f"{{ {name} = {inner(kind)}; }}.{name}",
                f"({{ }}.{name} or {inner(kind)})",
                f"(with {{ {name} = {inner(kind)}; }}; {name})",
                f"(rec {{ y = {inner(kind)}; {name} = y; }}).{name}",
                f"(({{ {name} ? {inner(kind)} }}: {name}) {{ }})",
            )
            return self.pick(general)
        lib = scope.lib
        options: tuple[str, ...]
        match kind:
            case "int":
                options = (
                    f"({inner('int')} + {inner('int')})",
                    f"(builtins.length {inner('list')})",
                    f"(builtins.foldl' (a: b: a + b) 0 [ {inner('int')} {inner('int')} ])",
                )
            case "str":
                options = (
                    f'"{self.pick(NAMES)}${{{inner("str")}}}"',
                    f"(toString {inner('int')})",
                    f'({lib}concatStringsSep "-" {inner("list")})',
                    f"({lib}optionalString {inner('bool')} {inner('str')})",
                    f"({inner('str')} + {inner('str')})",
                )
            case "bool":
                options = (
                    f"(!{inner('bool')})",
                    f"({inner('int')} == {inner('int')})",
                    f"({inner('bool')} && {inner('bool')})",
                    f"({inner('bool')} || {inner('bool')})",
                    f"(builtins.elem {inner('str')} {inner('list')})",
                    f"({{ {self.pick(NAMES)} = 1; }} ? {self.pick(NAMES)})",
                )
            case _:
                options = (
                    f"({inner('list')} ++ {inner('list')})",
                    f"({lib}optional {inner('bool')} {inner('str')})",
                    f'(map (s: s + "y") {inner("list")})',
                    f"(builtins.filter (s: s != {inner('str')}) {inner('list')})",
                    f"(builtins.attrNames {{ {self.pick(NAMES)} = 1; {self.fresh('q')} = 2; }})",
                )
        return self.pick(options)

    def _literal(self, kind: str) -> str:
        match kind:
            case "int":
                return str(self.choices.number(6))
            case "str":
                return f'"{self.pick(NAMES)}"'
            case "bool":
                return self.pick(("true", "true", "false"))
            case _:
                chosen = sorted({self.pick(NAMES) for _ in range(self.choices.number(3))})
                return "[ " + " ".join(f'"{name}"' for name in chosen) + " ]"


def leaf_paths(names: Iterable[str]) -> list[str]:
    """The options that are asked for in one module system, those of ``files`` for these names."""
    return [".".join(option) for option in _LEAVES] + [f"files.{name}" for name in names]
