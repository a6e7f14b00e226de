"""From files to a Compose project: parse, interpolate, include, extend, merge, validate, canonicalise, normalise.

Each stage is a module of its own; this one knows their order, which files there are, and which variables they see. The
order is the reference's (compose-go, ``loader/loader.go``), and so are the messages of its errors.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from nixlint.containers.compose_names import FILE_NAMES, OVERRIDE_NAMES
from nixlint.files.reading import Kind, Reader
from nixlint.files.tree import Tree
from nixlint.secrets.parts import holds_secret
from nixlint.syntax.place import Place
from nixlint.syntax.span import Span

from .access import Access
from .budget import MAXIMUM_INCLUSION_DEPTH, Budget
from .canonical import absolute_path, to_long_forms, with_absolute_paths, with_defaults
from .checks import check_resources
from .consistency import check_consistency
from .dotenv import parse_dotenv
from .interpolation import InvalidTemplate, RequiredVariable, interpolate, substitute
from .merging import drop_replaced, enforce_unicity, merge
from .model import decode
from .node import MappingNode, Node, Scalar, Sequence, TreePath, is_null, size_of_tree, string
from .normalization import normalize
from .problem import ComposeError, Shown, Warned
from .schema import validate
from .short_forms import strings
from .yaml_reader import ComposeText, Document

STANDARD_INPUT = Path("-")


class Request(NamedTuple):
    """What to load: files (``-`` is standard input, whose bytes are ``stdin``) and where their variables come from.

    ``environment`` is what was given by hand, before ``env_files``; ``env_files`` empty means the ``.env`` beside the first
    file. What a person has ``named``, and ``env_files``, are read wherever they are; all else is read by ``reader``, or,
    where that is not given, if it is below the folder of the first file; ``pipes`` are the bytes of those ``env_files`` that
    can be read only once. ``profiles`` (``*`` is all; none are those in
    ``COMPOSE_PROFILES``) are chosen; a service of others may lack what a container needs, unless all are checked.

    For checking, a file need not be a project of its own, for it may be merged into another one, and the variables are
    those of a machine: a value with one that is not set here is left out, or keeps its name where a text is enough.
    """

    files: tuple[Path, ...]
    project_name: str | None = None
    environment: Mapping[str, str] = {}
    env_files: tuple[Path, ...] = ()
    stdin: bytes = b""
    pipes: Mapping[Path, bytes] = {}
    reader: Reader | None = None
    named: tuple[Path, ...] = ()
    profiles: tuple[str, ...] = ()
    checks_all_profiles: bool = True
    is_for_checking: bool = False


@dataclass(frozen=True)
class LoadedProject:
    """A project as one tree in its long forms, normalised, and what was noticed on the way.

    ``root`` has the services as they are written, without the contents of their environment files. ``texts`` are the
    files that it comes from, of which those that are only extended are ``borrowed``, ``access`` is the way to those that
    they name, and ``profiles`` are those that were chosen.
    """

    name: str
    root: MappingNode
    directory: str
    environment: Mapping[str, str]
    warnings: tuple[Warned, ...]
    texts: Mapping[Path, ComposeText]
    access: Access
    profiles: tuple[str, ...]
    borrowed: frozenset[Path] = frozenset()


def load(request: Request, given: Mapping[Path, bytes] | None = None) -> LoadedProject:
    """Load a project. Raises :class:`ComposeError` where the reference would refuse it, with the place in the file.

    ``given`` are the bytes of files that stand in the place of what is on disk.
    """
    loader = _Loader(request, {STANDARD_INPUT: request.stdin, **request.pipes, **(given or {})})
    root = loader.project(request.files, loader.directory, loader.environment, ())
    if not root.entries:
        raise ComposeError("empty compose file", Place(request.files[0], Span(0, 0)))
    name = loader.project_name()
    environment = {**loader.environment, "COMPOSE_PROJECT_NAME": name}
    normal = normalize(root, name, environment)
    loader.budget.take_nodes(size_of_tree(normal), None)
    decode(normal)
    profiles = loader.profiles
    if not request.is_for_checking:
        check_consistency(normal, ("*",) if request.checks_all_profiles else profiles)
    warnings = tuple(loader.warnings)
    borrowed = frozenset(loader.access.texts) - loader.own_files
    return LoadedProject(
        name, normal, loader.directory, environment, warnings, loader.access.texts, loader.access, profiles, borrowed
    )


def discover_files(folder: Path, reader: Reader | None = None) -> tuple[Path, ...]:
    """The Compose files of a folder: the first of the usual names, and its override. Empty where there is none."""
    within = Tree(folder) if reader is None else reader

    def first(names: tuple[str, ...]) -> Path | None:
        return next((folder / name for name in names if within.kind(folder / name) is Kind.FILE), None)

    main, override = first(FILE_NAMES), first(OVERRIDE_NAMES)
    return () if main is None else (main,) if override is None else (main, override)


def files_of_environment(folder: Path, reader: Reader | None = None) -> tuple[Path, ...]:
    """The files that ``COMPOSE_FILE`` in a folder's ``.env`` names, as Docker Compose takes them from there."""
    budget = Budget()
    access = Access(Tree(folder) if reader is None else reader, (), {}, budget)
    path = folder / ".env"
    try:
        found = parse_dotenv(access.text(path), budget=budget) if access.is_file(path) else {}
    except ComposeError:
        return ()
    separator = found.get("COMPOSE_PATH_SEPARATOR") or os.pathsep
    return tuple(folder / name for name in found.get("COMPOSE_FILE", "").split(separator) if name)


def normal_project_name(text: str) -> str:
    """A name with only the characters that a project's may have (Compose specification, '04-version-and-name.md')."""
    return "".join(re.findall("[a-z0-9_-]", text.lower())).lstrip("_-")


@dataclass
class _Loader:
    request: Request
    given: Mapping[Path, bytes]
    warnings: dict[Warned, None] = field(default_factory=dict)
    budget: Budget = field(default_factory=Budget)
    own_files: set[Path] = field(default_factory=set)
    _documents: dict[Path, tuple[Document, ...]] = field(default_factory=dict)
    _services: dict[tuple[Path, int], tuple[Mapping[str, str], MappingNode | None]] = field(default_factory=dict)
    _included: dict[tuple[object, ...], tuple[Mapping[str, str], MappingNode]] = field(default_factory=dict)

    @cached_property
    def directory(self) -> str:
        first = self.request.files[0]
        return str(Path().absolute() if first == STANDARD_INPUT else first.parent.absolute())

    @cached_property
    def access(self) -> Access:
        """The way to the files of the project."""
        request = self.request
        within = Tree(Path(self.directory)) if request.reader is None else request.reader
        return Access(within, (*request.named, *request.env_files), self.given, self.budget)

    @cached_property
    def environment(self) -> dict[str, str]:
        """The variables of the project, those given by hand first."""
        given = dict(self.request.environment)
        default = Path(self.directory) / ".env"
        files = self.request.env_files or ((default,) if self.access.is_file(default) else ())
        environment = {**self.variables(files, given), **given}
        name = self.request.project_name or environment.get("COMPOSE_PROJECT_NAME")
        if name:
            environment["COMPOSE_PROJECT_NAME"] = name
        return environment

    @property
    def profiles(self) -> tuple[str, ...]:
        """The profiles that were chosen: by the request, or else by the variable that Compose has for it."""
        if self.request.profiles:
            return self.request.profiles
        names = self.environment.get("COMPOSE_PROFILES", "").split(",")
        return tuple(name.strip() for name in names if name.strip())

    def variables(
        self, files: tuple[Path, ...], before: Mapping[str, str], place: Place | None = None, *keys: Shown
    ) -> dict[str, str]:
        """The variables of environment files; ``before`` are those set already, which win in replacements.

        ``keys`` is the key that names the files, if one does. Raises :class:`ComposeError` for a file that can't be read.
        """
        found: dict[str, str] = {}
        for path in files:
            text = self.access.text(path, place, *keys)
            try:
                found.update(parse_dotenv(text, lambda name: before.get(name, found.get(name)), self.budget))
            except ComposeError as error:
                raise error.within("failed to read {}: ", Place(path, Span(0, 0)), Shown.file(path)) from None
        return found

    def project_name(self) -> str:
        """The project's name: given, of the environment, of a file, or the folder's."""
        given = self.request.project_name
        if given is not None and normal_project_name(given) != given:
            raise ComposeError(
                'invalid project name "…": must consist only of lowercase alphanumeric characters, hyphens, and '
                "underscores as well as start with a letter or number"
            )
        chosen = given or self.environment.get("COMPOSE_PROJECT_NAME") or self._written_name()
        chosen = chosen or Path(self.directory).name
        if holds_secret(chosen):
            # Units, networks and files have it in their names, so that it can't be left out of one place alone.
            raise ComposeError("the project's name has the shape of a secret: give another one with --project-name")
        name = normal_project_name(chosen)
        if not name:
            raise ComposeError("project name must not be empty")
        return name

    def documents(self, path: Path, place: Place | None = None, *keys: Shown) -> tuple[Document, ...]:
        """The documents of a file, kept while the project is loaded: several things of it are asked."""
        if path not in self._documents:
            self._documents[path] = self.access.compose(path, place, *keys).documents()
        return self._documents[path]

    def _written_name(self) -> str:
        found = ""
        for path in self.request.files:
            for document in self.documents(path):
                name = string(document.root.get("name")) if isinstance(document.root, MappingNode) else None
                found = name or found
        try:
            return substitute(found, self.environment, self.budget).text
        except (InvalidTemplate, RequiredVariable):
            raise ComposeError("error while interpolating name") from None

    def project(
        self,
        files: tuple[Path, ...],
        directory: str,
        environment: Mapping[str, str],
        including: tuple[Path, ...],
        place: Place | None = None,
        *keys: Shown,
    ) -> MappingNode:
        """The tree of the files of a project, or of one that is included, without what is only implied."""
        whole = MappingNode({})
        self.own_files.update(files)
        for path in files:
            for document in self.documents(path, place, *keys):
                self.budget.take_nodes(document.size, None)
                whole = self._with_document(whole, path, document, directory, environment, (*including, path))
        root = with_defaults(whole)
        check_resources(root)
        root = with_absolute_paths(root, directory)
        assert isinstance(root, MappingNode)
        return root

    def _with_document(
        self,
        whole: MappingNode,
        path: Path,
        document: Document,
        directory: str,
        environment: Mapping[str, str],
        including: tuple[Path, ...],
    ) -> MappingNode:
        root = self._interpolated(document, environment)
        root = self._with_inclusions(root, document, directory, environment, including)
        before = drop_replaced(whole, document.replaced)
        root = self._extended(root, document, path, directory, environment)
        merged = enforce_unicity(merge(before, root))
        validate(merged)
        assert isinstance(merged, MappingNode)
        # 'version' means nothing ('04-version-and-name.md'), so that there is nothing to be told of it.
        merged = merged.without("version")
        long = enforce_unicity(to_long_forms(merged, self.budget))
        assert isinstance(long, MappingNode)
        return long

    def _note_unset(self, name: str | None, node: Scalar) -> None:
        if name is not None:
            self.warnings[Warned("{}: this variable is not set, and empty here", node.place, Shown.key(name))] = None
        else:
            sentence = (
                "What stands behind a $ here is read as a variable, which is not set. Write $$ for a $ that is one."
            )
            # Nobody means a hash of crypt(5) without its salt; a variable that is not set may be meant.
            is_hash = holds_secret(node.template or str(node.value))
            self.warnings[Warned(sentence, node.place, loses_text=is_hash)] = None

    def _interpolated(self, document: Document, environment: Mapping[str, str]) -> MappingNode:
        if not isinstance(document.root, MappingNode):
            raise ComposeError("top-level object must be a mapping", document.root.place)
        root = interpolate(
            document.root, environment, self.budget, self._note_unset, keeps_unset=self.request.is_for_checking
        )
        assert isinstance(root, MappingNode)
        return root

    # Inclusion: '14-include.md'.

    def _with_inclusions(
        self,
        root: MappingNode,
        document: Document,
        directory: str,
        environment: Mapping[str, str],
        including: tuple[Path, ...],
    ) -> MappingNode:
        include = root.get("include")
        if include is None:
            return root.without("include")
        if not isinstance(include, Sequence):
            raise ComposeError("`include` must be a list", include.place)
        for index, item in enumerate(include.items):
            imported = self._inclusion(item, Shown.path((f"include[{index}]",)), directory, environment, including)
            for kind in ("services", "volumes", "networks", "secrets", "configs", "models"):
                resources = imported.get(kind)
                if isinstance(resources, MappingNode):
                    self.budget.take_nodes(size_of_tree(resources), item.place)
                    root = root.with_entry(kind, _import(root.get(kind), resources, kind, document))
        return root.without("include")

    def _inclusion(
        self,
        item: Node,
        key: Shown,
        directory: str,
        environment: Mapping[str, str],
        including: tuple[Path, ...],
    ) -> MappingNode:
        """What is included, which is worked out once for the same files with the same variables."""
        config = item if isinstance(item, MappingNode) else MappingNode({"path": item}, item.place)
        files = tuple(_local(text, directory, item.place, key) for text in _texts(config.get("path")))
        if not files:
            raise ComposeError("include needs a path", item.place)
        for path in files:
            if path in including:
                raise ComposeError("include cycle detected: {}", item.place, _chain((*including, path)))
        self.budget.take_file(item.place)
        if len(including) > MAXIMUM_INCLUSION_DEPTH:
            raise ComposeError(
                "files include each other more than {} deep", item.place, Shown.number(MAXIMUM_INCLUSION_DEPTH)
            )
        written = string(config.get("project_directory"))
        inner = absolute_path(written, directory) if written else str(files[0].parent)
        same = (files, inner, _texts(config.get("env_file")), id(environment))
        if same not in self._included:
            own = self._included_variables(config, directory, inner, environment, key)
            included = self.project(files, inner, {**own, **environment}, including, item.place, key)
            # The environment is kept, so that no other one has its identity.
            self._included[same] = environment, included
        return self._included[same][1]

    def _included_variables(
        self, config: MappingNode, directory: str, inner: str, environment: Mapping[str, str], key: Shown
    ) -> dict[str, str]:
        named = _texts(config.get("env_file"))
        if not named:
            default = Path(inner) / ".env"
            return self.variables((default,) if self.access.is_file(default) else (), environment, config.place, key)
        files = [Path(absolute_path(text, directory)) for text in named if text != "/dev/null"]
        return self.variables(tuple(files), environment, config.place, key)

    # Extension: '05-services.md', 'extends'.

    def _extended(
        self, root: MappingNode, document: Document, path: Path, directory: str, environment: Mapping[str, str]
    ) -> MappingNode:
        services = root.entries.get("services")
        if services is None:
            return root
        if not isinstance(services, MappingNode):
            raise ComposeError("services must be a mapping", services.place)
        extension = _Extension(self, document, directory, environment, {})
        entries = {name: extension.service(name, services, path) for name in services.entries}
        return root.with_entry("services", MappingNode(entries, services.place, services.key_places))

    def services_of(self, path: Path, environment: Mapping[str, str], place: Place, key: Shown) -> MappingNode | None:
        """The services of another file, in their long forms with absolute paths. Each is worked out once."""
        known = (path, id(environment))
        if known not in self._services:
            # The environment is kept, so that no other one has its identity.
            self._services[known] = environment, self._services_in(path, environment, place, key)
        return self._services[known][1]

    def _services_in(self, path: Path, environment: Mapping[str, str], place: Place, key: Shown) -> MappingNode | None:
        whole = MappingNode({})
        for document in self.documents(path, place, key):
            self.budget.take_nodes(document.size, None)
            root = self._interpolated(document, environment)
            merged = enforce_unicity(merge(drop_replaced(whole, document.replaced), root))
            long = enforce_unicity(to_long_forms(merged, self.budget))
            assert isinstance(long, MappingNode)
            whole = long
        absolute = with_absolute_paths(whole, str(path.parent))
        services = absolute.get("services") if isinstance(absolute, MappingNode) else None
        return services if isinstance(services, MappingNode) else None


class _Origin(NamedTuple):
    """A service and where it is looked for."""

    path: Path
    services: MappingNode
    name: str


class _Extension(NamedTuple):
    """What services extend. ``known`` are those that were worked out, by the services among which they stand."""

    loader: _Loader
    document: Document
    directory: str
    environment: Mapping[str, str]
    known: dict[tuple[int, str], Node]

    def service(self, name: str, services: MappingNode, path: Path) -> Node:
        """A service with what it extends, and what that extends: the chain is followed to its end, and merged from there."""
        origin: _Origin | None = _Origin(path, services, name)
        chain: dict[tuple[Path, str], _Origin] = {}
        while origin is not None and (id(origin.services), origin.name) not in self.known:
            following = self._extended_by(origin)
            chain[origin.path, origin.name] = origin
            if following is not None and (following.path, following.name) in chain:
                names = Shown.keys([*(each.name for each in chain.values()), following.name], " extends ")
                place = origin.services.entries[origin.name].place
                raise ComposeError("Circular reference: {}", place, names)
            origin = following
        base = None if origin is None else self.known[id(origin.services), origin.name]
        for each in reversed(chain.values()):
            base = self._merged(base, each)
            self.known[id(each.services), each.name] = base
        assert base is not None
        return base

    def _merged(self, base: Node | None, origin: _Origin) -> Node:
        service = origin.services.entries[origin.name]
        if base is None or not isinstance(base, MappingNode) or not isinstance(service, MappingNode):
            return service
        kept = drop_replaced(base, _replaced_in(self.document, origin.name))
        merged = merge(kept, service, ("services", "x"))
        assert isinstance(merged, MappingNode)
        self.loader.budget.take_nodes(size_of_tree(merged), service.place)
        return merged.without("extends")

    def _extended_by(self, origin: _Origin) -> _Origin | None:
        """The service that one extends, if any."""
        service = origin.services.entries[origin.name]
        if is_null(service):
            return None
        if not isinstance(service, MappingNode):
            raise ComposeError("services.{} must be a mapping", service.place, Shown.key(origin.name))
        extends = service.entries.get("extends")
        if extends is None:
            return None
        reference = string(extends.get("service")) if isinstance(extends, MappingNode) else string(extends)
        if reference is None:
            raise ComposeError("extends.{}.service is required", extends.place, Shown.key(origin.name))
        file = string(extends.get("file")) if isinstance(extends, MappingNode) else None
        path, found = self._origin(origin, file, extends)
        if reference not in found.entries:
            sentence = 'cannot extend service "{}" in {}: service "…" not found' + ("" if file is None else " in …")
            raise ComposeError(sentence, extends.place, Shown.key(origin.name), Shown.file(origin.path))
        return _Origin(path, found, reference)

    def _origin(self, origin: _Origin, file: str | None, extends: Node) -> tuple[Path, MappingNode]:
        if file is None:
            return origin.path, origin.services
        key = Shown.path(("services", origin.name, "extends", "file"))
        path = _local(file, self.directory, extends.place, key)
        found = self.loader.services_of(path, self.environment, extends.place, key)
        if found is None:
            raise ComposeError(
                'cannot extend service "{}" in {}: no services section',
                extends.place,
                Shown.key(origin.name),
                Shown.file(path),
            )
        return path, found


def _chain(paths: tuple[Path, ...]) -> Shown:
    return Shown.keys([str(path) for path in paths], " includes ")


def _local(text: str, directory: str, place: Place, key: Shown) -> Path:
    if re.match(r"[a-z][a-z0-9+.-]*://", text) or text.startswith(("git@", "github.com/")):
        raise ComposeError("{} is not a local file: fetch it, and give its path", place, key)
    return Path(absolute_path(text, directory))


def _replaced_in(document: Document, name: str) -> tuple[TreePath, ...]:
    return tuple(path[2:] for path in document.replaced if path[:2] == ("services", name) and len(path) > 2)


def _import(existing: Node | None, resources: MappingNode, kind: str, document: Document) -> MappingNode:
    target = existing if isinstance(existing, MappingNode) else MappingNode({})
    for name, node in resources.entries.items():
        if name in target.entries:
            replaced = tuple(path[2:] for path in document.replaced if path[:2] == (kind, name))
            merged = merge(drop_replaced(node, replaced), target.entries[name], (kind, name))
        else:
            merged = node
        target = target.with_entry(name, merged, resources.key_places.get(name))
    return target


def _texts(node: Node | None) -> tuple[str, ...]:
    text = string(node)
    return strings(node) if text is None else (text,)
