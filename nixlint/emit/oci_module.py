"""A deployment as NixOS modules: options of ``virtualisation.oci-containers`` where the release has them, flags elsewhere.

What the module of nixpkgs makes of its options, and since when it has them: ``nixos/modules/virtualisation/
oci-containers.nix`` and its history; systemd.unit(5) and systemd.service(5) for the units around the containers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from nixlint.deployment.parts import CommentSource, DeployedContainer, Deployment, Remark
from nixlint.deployment.target import Target

from . import restarting, waiting
from .container_options import ContainerOptions
from .container_units import ContainerUnits
from .context import Context
from .expression import (
    MK_IF,
    AttrSet,
    Call,
    Entry,
    Expression,
    FileBeside,
    Let,
    ListOf,
    Module,
    Root,
    Script,
    Select,
    Text,
    Word,
    inside,
    with_texts,
)
from .shared_units import Shared, SharedUnits
from .symbols import NO_SYMBOLS, Symbols


class Emitted(NamedTuple):
    """Modules by file name, and what was said about a deployment while it was written."""

    modules: tuple[tuple[str, Module], ...]
    remarks: tuple[Remark, ...]


class Options(NamedTuple):
    """How the modules are to look: under an option, one file a container, with which comments at the top.

    ``header`` stands in every file, ``head`` in the main one. ``moved`` are paths here with where they are on the machine.
    ``engine`` is that of the target.
    """

    enable_option: tuple[str, ...] | None = None
    split: bool = False
    header: tuple[str, ...] = ()
    head: tuple[str, ...] = ()
    symbols: Symbols = NO_SYMBOLS
    moved: tuple[tuple[str, str], ...] = ()
    engine: str = ""


def emit(deployment: Deployment, target: Target, comments: CommentSource, options: Options) -> Emitted:
    """The modules of a deployment."""
    context = Context(deployment, target, comments, options.symbols)
    options = options._replace(engine=context.engine)
    parts = [(container, _container(container, context)) for container in deployment.containers]
    shared = SharedUnits(context).all()
    if options.split:
        modules = _split(parts, shared, options)
    else:
        containers = tuple(entry for _, (entry, _) in parts)
        units = tuple(unit for _, (_, found) in parts for unit in found)
        modules = (("default.nix", _module(_body(containers, units, shared), options, options.enable_option, True)),)
    return Emitted(modules, tuple(context.remarks))


_Part = tuple[DeployedContainer, tuple[Entry, tuple[Entry, ...]]]


def _container(container: DeployedContainer, context: Context) -> tuple[Entry, tuple[Entry, ...]]:
    """The container's options, and the units that belong to it; comments that stand beside none of them go above."""
    taken = context.comments.take(container.place)
    options = ContainerOptions(context).of(container)
    units = ContainerUnits(context).of(container)
    rest = context.comments.take_inside(container.place)
    return Entry((container.name,), AttrSet(tuple(options)), (*taken.above, *rest), taken.beside), units


def _body(containers: tuple[Entry, ...], units: tuple[Entry, ...], shared: Shared) -> AttrSet:
    oci = AttrSet((shared.backend, Entry(("containers",), AttrSet(_spaced(containers)))))
    entries = [Entry(("virtualisation", "oci-containers"), oci)]
    all_units = (*units, *shared.units)
    if all_units:
        entries.append(Entry(("systemd", "services"), AttrSet(_spaced(all_units)), blank_before=True))
    entries += [*shared.targets, *shared.others]
    return AttrSet(tuple(entries))


def _split(parts: Sequence[_Part], shared: Shared, options: Options) -> tuple[tuple[str, Module], ...]:
    modules: list[tuple[str, Module]] = []
    names = _file_names([container.name for container, _ in parts])
    for container, (entry, units) in parts:
        path = ("virtualisation", "oci-containers", "containers", *entry.path)
        body = [Entry(path, entry.value, entry.comments, entry.beside)]
        body += [
            Entry(("systemd", "services", *unit.path), unit.value, unit.comments, unit.beside, blank_before=True)
            for unit in units
        ]
        modules.append((names[container.name], _module(AttrSet(tuple(body)), options, options.enable_option, False)))
    imports = ListOf.of([FileBeside((name,)) for name, _ in modules])
    entries = [Entry(("virtualisation", "oci-containers", *shared.backend.path), shared.backend.value)]
    entries += [
        Entry(("systemd", "services", *unit.path), unit.value, unit.comments, unit.beside, blank_before=True)
        for unit in shared.units
    ]
    entries += [*shared.targets, *shared.others]
    main = _module(AttrSet(tuple(entries)), options, options.enable_option, True, imports)
    return (("default.nix", main), *modules)


def _file_names(containers: Sequence[str]) -> dict[str, str]:
    """The file of each container: called after it, and never as the module of the whole is, or as another's.

    Names that differ in upper and lower case alone are one on some file systems.
    """
    found: dict[str, str] = {}
    taken = {"default"}
    for name in containers:
        chosen = name
        while chosen.lower() in taken:
            chosen += "-container"
        taken.add(chosen.lower())
        found[name] = f"{chosen}.nix"
    return found


def _spaced(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    return tuple(Entry(entry.path, entry.value, entry.comments, entry.beside, blank_before=True) for entry in entries)


def _module(
    body: AttrSet, options: Options, enable: tuple[str, ...] | None, is_main: bool, imports: ListOf | None = None
) -> Module:
    """A module, under its enabling option if there is one; only the main one declares it."""
    imported = (Entry(("imports",), imports),) if imports is not None else ()
    top: Expression = AttrSet((*imported, *_first_spaced(body.entries, bool(imported))))
    if enable is not None:
        declared = Call(Select("lib", ("mkEnableOption",)), (Text(f"the containers of {enable[-1]}"),))
        declaration = (Entry(("options", *enable, "enable"), declared, blank_before=bool(imported)),)
        config = Call(MK_IF, (Select("config", (*enable, "enable")), body))
        is_first = not imported and not is_main
        top = AttrSet(
            (*imported, *(declaration if is_main else ()), Entry(("config",), config, blank_before=not is_first))
        )
    if options.moved:
        top = with_texts(top, lambda text: (moved_text(text, options.moved),))
    bindings, top = options.symbols.bound(top)
    settings, top = restarting.shared(top)
    bindings += settings
    bindings += waiting.bindings(top, options.engine)
    if bindings:
        top = Let(bindings, top)
    return Module(_arguments(top), top, (*options.header, *options.head) if is_main else options.header)


def moved_text(text: str, moved: tuple[tuple[str, str], ...]) -> str:
    """A text in which paths stand at other places: the first that fits counts."""
    if not moved:
        return text
    places = dict(moved)
    pattern = rf"(?<![\w./-])(?:{'|'.join(re.escape(path) for path in places)})(?![\w.-])"
    return re.sub(pattern, lambda found: places[found[0]], text)


def _first_spaced(entries: tuple[Entry, ...], is_spaced: bool) -> tuple[Entry, ...]:
    if not entries or not is_spaced:
        return entries
    first = entries[0]
    return (Entry(first.path, first.value, first.comments, first.beside, blank_before=True), *entries[1:])


_ARGUMENTS: tuple[Root, ...] = ("config", "lib", "pkgs")


def _arguments(expression: Expression) -> tuple[Root, ...]:
    """The arguments of modules that an expression needs."""
    found = list(inside(expression))
    used = {each.root for each in found if isinstance(each, Select)}
    scripts = [piece for each in found if isinstance(each, Script) for piece in each.parts]
    # A word that Nix knows more of than nixlint is quoted by lib.
    if any(isinstance(part, Word) and not all(isinstance(each, str) for each in part.parts) for part in scripts):
        used.add("lib")
    return tuple(name for name in _ARGUMENTS if name in used)
