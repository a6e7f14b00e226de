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
from nixlint.syntax.place import Place
from nixlint.syntax.span import Span

from .canonical import absolute_path, to_long_forms, with_absolute_paths, with_defaults
from .checks import check_resources
from .consistency import check_consistency
from .dotenv import parse_dotenv
from .interpolation import InvalidTemplate, RequiredVariable, interpolate, substitute
from .merging import drop_replaced, enforce_unicity, merge
from .model import decode
from .node import ComposeError, MappingNode, Node, Sequence, TreePath, Warned, is_null, string
from .normalization import normalize
from .schema import validate
from .short_forms import strings
from .yaml_reader import ComposeText, Document

MAXIMUM_BYTES = 8 * 1024 * 1024


class Request(NamedTuple):
    """What to load: files (``-`` is standard input, whose bytes are ``stdin``) and where their variables come from.

    ``environment`` is what was given by hand, before ``env_files``; ``env_files`` empty means the ``.env`` beside the first
    file.
    """

    files: tuple[Path, ...]
    project_name: str | None = None
    environment: Mapping[str, str] = {}
    env_files: tuple[Path, ...] = ()
    stdin: bytes = b""


@dataclass(frozen=True)
class LoadedProject:
    """A project as one tree in its long forms, normalised, and what was noticed on the way.

    ``root`` has the services as they are written, without the contents of their environment files. ``texts`` are the
    files that it comes from.
    """

    name: str
    root: MappingNode
    directory: str
    environment: Mapping[str, str]
    warnings: tuple[Warned, ...]
    texts: Mapping[Path, ComposeText]


def load(request: Request, given: Mapping[Path, bytes] | None = None) -> LoadedProject:
    """Load a project. Raises :class:`ComposeError` where the reference would refuse it, with the place in the file.

    ``given`` are the bytes of files that stand in the place of what is on disk.
    """
    loader = _Loader(request, texts={path: ComposeText(path, data) for path, data in (given or {}).items()})
    root = loader.project(request.files, loader.directory, loader.environment, ())
    if not root.entries:
        raise ComposeError("empty compose file", Place(request.files[0], Span(0, 0)))
    name = loader.project_name()
    environment = {**loader.environment, "COMPOSE_PROJECT_NAME": name}
    normal = normalize(root, name, environment)
    decode(normal)
    check_consistency(normal)
    return LoadedProject(name, normal, loader.directory, environment, tuple(loader.warnings), loader.texts)


def discover_files(folder: Path) -> tuple[Path, ...]:
    """The Compose files of a folder: the first of the usual names, and its override. Empty where there is none."""
    main = next((folder / name for name in FILE_NAMES if (folder / name).is_file()), None)
    override = next((folder / name for name in OVERRIDE_NAMES if (folder / name).is_file()), None)
    return () if main is None else (main,) if override is None else (main, override)


def files_of_environment(folder: Path) -> tuple[Path, ...]:
    """The files that ``COMPOSE_FILE`` in a folder's ``.env`` names, as Docker Compose takes them from there."""
    try:
        found = parse_dotenv((folder / ".env").read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ComposeError):
        return ()
    separator = found.get("COMPOSE_PATH_SEPARATOR") or os.pathsep
    return tuple(folder / name for name in found.get("COMPOSE_FILE", "").split(separator) if name)


def normal_project_name(text: str) -> str:
    """A name with only the characters that a project's may have (Compose specification, '04-version-and-name.md')."""
    return "".join(re.findall("[a-z0-9_-]", text.lower())).lstrip("_-")


@dataclass
class _Loader:
    request: Request
    warnings: list[Warned] = field(default_factory=list)
    texts: dict[Path, ComposeText] = field(default_factory=dict)

    @cached_property
    def directory(self) -> str:
        first = self.request.files[0]
        return str(Path().absolute() if str(first) == "-" else first.parent.absolute())

    @cached_property
    def environment(self) -> dict[str, str]:
        """The variables of the project, those given by hand first."""
        given = dict(self.request.environment)
        files = self.request.env_files or ((default,) if (default := Path(self.directory) / ".env").is_file() else ())
        environment = {**read_environment_files(files, given), **given}
        name = self.request.project_name or environment.get("COMPOSE_PROJECT_NAME")
        if name:
            environment["COMPOSE_PROJECT_NAME"] = name
        return environment

    def project_name(self) -> str:
        """The project's name: given, of the environment, of a file, or the folder's."""
        given = self.request.project_name
        if given is not None:
            if normal_project_name(given) != given:
                raise ComposeError(
                    f'invalid project name "{given}": must consist only of lowercase alphanumeric characters, hyphens, and '
                    "underscores as well as start with a letter or number"
                )
            return given
        name = self.environment.get("COMPOSE_PROJECT_NAME") or self._written_name() or Path(self.directory).name
        normal = normal_project_name(name)
        if not normal:
            raise ComposeError("project name must not be empty")
        return normal

    def _written_name(self) -> str:
        found = ""
        for path in self.request.files:
            for document in self.text(path).documents:
                name = string(document.root.get("name")) if isinstance(document.root, MappingNode) else None
                found = name or found
        try:
            return substitute(found, self.environment).text
        except (InvalidTemplate, RequiredVariable) as error:
            raise ComposeError(f"error while interpolating name: {error}") from None

    def text(self, path: Path) -> ComposeText:
        if path not in self.texts:
            self.texts[path] = ComposeText(path, self.request.stdin if str(path) == "-" else _read(path))
        return self.texts[path]

    def project(
        self, files: tuple[Path, ...], directory: str, environment: Mapping[str, str], including: tuple[Path, ...]
    ) -> MappingNode:
        """The tree of the files of a project, or of one that is included, without what is only implied."""
        whole = MappingNode({})
        for path in files:
            for document in self.text(path).documents:
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
        root = self._included(root, document, directory, environment, including)
        before = drop_replaced(whole, document.replaced)
        root = self._extended(root, document, path, directory, environment)
        merged = enforce_unicity(merge(before, root))
        validate(merged)
        assert isinstance(merged, MappingNode)
        if "version" in merged.entries:
            self._warn("the attribute `version` is obsolete, it will be ignored", merged.key_place("version"))
            merged = merged.without("version")
        long = enforce_unicity(to_long_forms(merged))
        assert isinstance(long, MappingNode)
        return long

    def _warn(self, message: str, place: Place | None) -> None:
        warned = Warned(message, place)
        if warned not in self.warnings:
            self.warnings.append(warned)

    def _interpolated(self, document: Document, environment: Mapping[str, str]) -> MappingNode:
        if not isinstance(document.root, MappingNode):
            raise ComposeError("top-level object must be a mapping", document.root.place)
        root = interpolate(document.root, environment, lambda message, node: self._warn(message, node.place))
        assert isinstance(root, MappingNode)
        return root

    # Inclusion: '14-include.md'.

    def _included(
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
        for item in include.items:
            root = self._with_inclusion(root, item, document, directory, environment, including)
        return root.without("include")

    def _with_inclusion(
        self,
        root: MappingNode,
        item: Node,
        document: Document,
        directory: str,
        environment: Mapping[str, str],
        including: tuple[Path, ...],
    ) -> MappingNode:
        config = item if isinstance(item, MappingNode) else MappingNode({"path": item}, item.place)
        files = tuple(_local(text, directory, item.place) for text in _texts(config.get("path")))
        if not files:
            raise ComposeError("include needs a path", item.place)
        for path in files:
            if path in including:
                chain = "\n include ".join(str(each) for each in (*including[1:], path))
                raise ComposeError(f"include cycle detected:\n{including[0]}\n include {chain}", item.place)
        written = string(config.get("project_directory"))
        inner = absolute_path(written, directory) if written else str(files[0].parent)
        inner_environment = {**self._included_variables(config, directory, inner, environment), **environment}
        for path in files:
            _demand(path, item.place)
        imported = self.project(files, inner, inner_environment, including)
        for kind in ("services", "volumes", "networks", "secrets", "configs", "models"):
            resources = imported.get(kind)
            if isinstance(resources, MappingNode):
                root = root.with_entry(kind, _import(root.get(kind), resources, kind, document))
        return root

    def _included_variables(
        self, config: MappingNode, directory: str, inner: str, environment: Mapping[str, str]
    ) -> dict[str, str]:
        named = _texts(config.get("env_file"))
        if not named:
            default = Path(inner) / ".env"
            return read_environment_files((default,) if default.is_file() else (), environment)
        files = [Path(absolute_path(text, directory)) for text in named if text != "/dev/null"]
        for path in files:
            if not path.is_file():
                raise ComposeError(f"stat {path}: no such file or directory", config.place)
        return read_environment_files(tuple(files), environment)

    # Extension: '05-services.md', 'extends'.

    def _extended(
        self, root: MappingNode, document: Document, path: Path, directory: str, environment: Mapping[str, str]
    ) -> MappingNode:
        services = root.entries.get("services")
        if services is None:
            return root
        if not isinstance(services, MappingNode):
            raise ComposeError("services must be a mapping", services.place)
        extension = _Extension(self, document, directory, environment)
        entries = {name: extension.service(name, services, path, ()) for name in services.entries}
        return root.with_entry("services", MappingNode(entries, services.place, services.key_places))

    def services_of(self, path: Path, environment: Mapping[str, str]) -> tuple[MappingNode | None, Document | None]:
        """The services of another file, in their long forms with absolute paths, and its last document."""
        whole, last = MappingNode({}), None
        for document in self.text(path).documents:
            root = self._interpolated(document, environment)
            merged = enforce_unicity(merge(drop_replaced(whole, document.replaced), root))
            long = enforce_unicity(to_long_forms(merged))
            assert isinstance(long, MappingNode)
            whole, last = long, document
        absolute = with_absolute_paths(whole, str(path.parent))
        services = absolute.get("services") if isinstance(absolute, MappingNode) else None
        return (services if isinstance(services, MappingNode) else None), last


class _Extension(NamedTuple):
    loader: _Loader
    document: Document
    directory: str
    environment: Mapping[str, str]

    def service(self, name: str, services: MappingNode, path: Path, seen: tuple[tuple[Path, str], ...]) -> Node:
        """A service with what it extends."""
        service = services.entries[name]
        if is_null(service):
            return service
        if not isinstance(service, MappingNode):
            raise ComposeError(f"services.{name} must be a mapping", service.place)
        extends = service.entries.get("extends")
        if extends is None:
            return service
        reference = string(extends.get("service")) if isinstance(extends, MappingNode) else string(extends)
        if reference is None:
            raise ComposeError(f"extends.{name}.service is required", extends.place)
        file = string(extends.get("file")) if isinstance(extends, MappingNode) else None
        origin, found = self._origin(name, reference, file, services, path, extends)
        if (origin, name) in seen:
            chain = "".join(f"\n  extends {each} in {where}" for where, each in (*seen[1:], (origin, name)))
            raise ComposeError(f"Circular reference:\n  {seen[0][1]} in {seen[0][0]}{chain}", extends.place)
        base = self.service(reference, found, origin, (*seen, (origin, name)))
        if not isinstance(base, MappingNode):
            return service
        kept = drop_replaced(base, _replaced_in(self.document, name))
        merged = merge(kept, service, ("services", "x"))
        assert isinstance(merged, MappingNode)
        return merged.without("extends")

    def _origin(
        self, name: str, reference: str, file: str | None, services: MappingNode, path: Path, extends: Node
    ) -> tuple[Path, MappingNode]:
        if file is None:
            if reference not in services.entries:
                raise ComposeError(
                    f'cannot extend service "{name}" in {path}: service "{reference}" not found', extends.place
                )
            return path, services
        origin = _local(file, self.directory, extends.place)
        _demand(origin, extends.place)
        found, _ = self.loader.services_of(origin, self.environment)
        if found is None:
            raise ComposeError(f'cannot extend service "{name}" in {origin}: no services section', extends.place)
        if reference not in found.entries:
            raise ComposeError(
                f'cannot extend service "{name}" in {path}: service "{reference}" not found in {file}', extends.place
            )
        return origin, found


def _local(text: str, directory: str, place: Place) -> Path:
    if re.match(r"[a-z][a-z0-9+.-]*://", text) or text.startswith(("git@", "github.com/")):
        raise ComposeError(f"{text} is not a local file: fetch it, and give its path", place)
    return Path(absolute_path(text, directory))


def _demand(path: Path, place: Place) -> None:
    if not path.is_file():
        raise ComposeError(f"open {path}: no such file or directory", place)


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


def read_environment_files(files: tuple[Path, ...], before: Mapping[str, str]) -> dict[str, str]:
    """The variables of environment files; ``before`` are those set already, which win in replacements.

    Raises :class:`ComposeError` for a file that isn't there or can't be read.
    """
    found: dict[str, str] = {}
    for path in files:
        text = _decoded(path, _read(path, "couldn't find env file: {path}"))
        try:
            found.update(parse_dotenv(text, lambda name: before.get(name, found.get(name))))
        except ComposeError as error:
            raise ComposeError(f"failed to read {path}: {error.message}", Place(path, Span(0, 0))) from None
    return found


def _decoded(path: Path, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ComposeError(f"failed to read {path}: the file is not UTF-8", Place(path, Span(0, 0))) from None


def _read(path: Path, missing: str = "open {path}: no such file or directory") -> bytes:
    try:
        if path.stat().st_size > MAXIMUM_BYTES:
            raise ComposeError(f"{path} is larger than {MAXIMUM_BYTES // 1024 // 1024} MiB")
        return path.read_bytes()
    except FileNotFoundError:
        raise ComposeError(missing.format(path=path)) from None
    except OSError as error:
        raise ComposeError(f"{path} can't be read: {error.strerror}") from None
