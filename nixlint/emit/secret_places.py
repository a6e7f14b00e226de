"""Where the secrets of a deployment are on the machine, and how NixOS is told about them. No value is ever written here."""

from __future__ import annotations

import re

from nixlint.containers.languages.environment_files import is_passed, unit_environment
from nixlint.deployment.parts import Build, DeployedContainer, Deployment, Resource, SecretFile
from nixlint.deployment.target import SecretStore, Target

from .expression import AttrSet, Entry, Expression, FileBeside, Inner, Literal, Select, Template, Text, Unwritable

FOLDER = "/var/lib/secrets"


class SecretPlaces:
    """The files of secrets of a deployment."""

    def __init__(self, deployment: Deployment, target: Target) -> None:
        self._deployment = deployment
        self._store = target.secrets
        # Who reads the files, where it is not root.
        self._owner = () if target.user is None else (Entry(("owner",), Text(target.user)),)

    def environment_file(self, container: DeployedContainer) -> Expression | None:
        """The file with a container's secret variables; ``None`` where it has none."""
        if not secret_variables(container):
            return None
        name = f"{container.name}.env"
        return _path("sops", "templates", name) if self._store is SecretStore.SOPS else self._file(name)

    def unit_environment_file(self, container: DeployedContainer) -> Expression | None:
        """The file with the variables that a container's unit passes on; ``None`` where there are none."""
        return self._file(f"{container.name}{_PASSED}") if _unit_variables(container) else None

    def label_file(self, container: DeployedContainer) -> str | Inner | None:
        """The path of the file with a container's secret labels; ``None`` where it has none."""
        return self._path(f"{container.name}{_LABELS}") if container.secret_labels else None

    def build_environment_file(self, build: Build) -> Expression | None:
        """The file with the secret arguments of a build; ``None`` where it has none."""
        return self._file(f"{build.service}{_ARGUMENTS}") if build.secret_arguments else None

    def option_file(self, volume: Resource, option: str) -> str | Inner:
        """The path of the file with a secret option of a volume."""
        return self._path(_option_file(volume, option))

    def dockerfile(self, build: Build) -> str | Inner | None:
        """The path of a Dockerfile with a secret in it; ``None`` where there is none."""
        return self._path(f"{build.service}{_DOCKERFILE}") if build.is_dockerfile_secret else None

    def _file(self, name: str) -> Expression:
        """The path of a file of secrets, as an option."""
        path = self._path(name)
        return Text(path) if isinstance(path, str) else path

    def _path(self, name: str) -> str | Inner:
        """The path of a file of secrets, as a part of a text."""
        match self._store:
            case SecretStore.SOPS:
                return _path("sops", "secrets", name)
            case SecretStore.AGENIX:
                return _path("age", "secrets", name)
            case _:
                return f"{FOLDER}/{self._deployment.name}/{name}"

    def file_mount(self, name: str, rest: str) -> Expression:
        """A file of a secret's content as a volume; ``rest`` is what follows its path."""
        match self._store:
            case SecretStore.SOPS:
                return Template((_path("sops", "secrets", name), f":{rest}"))
            case SecretStore.AGENIX:
                return Template((_path("age", "secrets", name), f":{rest}"))
            case _:
                return Text(f"{FOLDER}/{self._deployment.name}/{name}:{rest}")

    def file_path(self, name: str) -> str | Inner:
        """Where a file of a secret's content is, as a part of a text."""
        return self._path(name)

    def declarations(self) -> list[Entry]:
        """The secrets as sops-nix or agenix want them declared."""
        match self._store:
            case SecretStore.SOPS:
                return self._sops()
            case SecretStore.AGENIX:
                entries = [
                    _set(
                        file.name,
                        Entry(("file",), FileBeside(("secrets", f"{file.name}.age"))),
                        *self._access(file, ("owner", "group")),
                    )
                    for file in secret_files(self._deployment)
                ]
                return [Entry(("age", "secrets"), AttrSet(tuple(entries)), blank_before=True)] if entries else []
            case _:
                return []

    def _sops(self) -> list[Entry]:
        secrets: list[Entry] = []
        templates: list[Entry] = []
        for container in self._deployment.containers:
            names = [name for name, _ in secret_variables(container)]
            if not names:
                continue
            parts: list[str | Inner] = []
            for name in names:
                secrets.append(Entry((f"{container.name}/{name}",), AttrSet(())))
                placeholder = Select("config", ("sops", "placeholder", f"{container.name}/{name}"))
                parts += [f"{name}=", placeholder, "\n"]
            templates.append(_set(f"{container.name}.env", Entry(("content",), Template(tuple(parts))), *self._owner))
        files = [file for file in secret_files(self._deployment) if file.content is not None]
        secrets += [_set(file.name, *self._access(file, ("uid", "gid"))) for file in files]
        if not secrets:
            return []
        found = [Entry(("secrets",), AttrSet(tuple(secrets)))]
        if templates:
            found.append(Entry(("templates",), AttrSet(tuple(templates)), blank_before=True))
        return [Entry(("sops",), AttrSet(tuple(found)), blank_before=True)]

    def _access(self, file: SecretFile, names: tuple[str, str]) -> tuple[Entry, ...]:
        """Who may read a file: the options of the store for an owner and a group, and a mode that is not the store's own."""
        found = [
            Entry((name,), _identity(name, value))
            for name, value in zip(names, (file.uid, file.gid), strict=True)
            if value
        ]
        if file.mode != _PRIVATE:
            found.append(Entry(("mode",), Text(file.mode)))
        return (*(() if file.uid else self._owner), *found)


_PRIVATE = "0600"
_PASSED = ".unit.env"
_LABELS = ".labels"
_ARGUMENTS = ".build.env"
_DOCKERFILE = ".Dockerfile"


def _option_file(volume: Resource, option: str) -> str:
    return f"{volume.name}.volume.{option}"


def _identity(option: str, value: str) -> Expression:
    """A user or a group by its number: sops-nix takes numbers, agenix what chown(1) takes."""
    return Literal(int(value)) if option in ("uid", "gid") else Text(value)


def _path(*names: str) -> Select:
    return Select("config", (*names, "path"))


def _set(name: str, *entries: Entry) -> Entry:
    """A set of a name: with one entry in it, as a path."""
    match entries:
        case [only]:
            return Entry((name, *only.path), only.value)
        case _:
            return Entry((name,), AttrSet(entries))


_IN_FILES = re.compile(r"[^\s=#/\"'\0-\x1f\x7f][^\s=/\"'\0-\x1f\x7f]*")
"""A name that environment files and keys of sops-nix can hold: on one line, not a comment, ending before the first ``=``."""


def secret_variables(container: DeployedContainer) -> tuple[tuple[str, str], ...]:
    """The variables of a container that must not be in the store.

    Raises :class:`Unwritable` for a name or a value that a file of variables cannot hold.
    """
    found = [each for each in container.environment if each.is_secret and each.value is not None]
    for each in found:
        if not _IN_FILES.fullmatch(each.name):
            raise Unwritable("a file of secret variables cannot hold a variable of this name", each.place)
    variables = ((each.name, each.value or "") for each in found)
    return tuple((name, value) for name, value in variables if not is_passed(name, value))


def passed_variables(container: DeployedContainer) -> tuple[tuple[str, str], ...]:
    """The secret variables of a container that no line of a file holds: its unit passes them on."""
    found = ((each.name, each.value) for each in container.environment if each.is_secret and each.value is not None)
    return tuple((name, value) for name, value in found if is_passed(name, value))


def _unit_variables(container: DeployedContainer) -> tuple[tuple[str, str], ...]:
    """The variables of a container's unit, from which the engine passes them on: to the container, and to its hooks."""
    hooks = (each for hook in container.hooks for each in hook.passed)
    return tuple(dict.fromkeys((*passed_variables(container), *hooks)))


def secret_files(deployment: Deployment) -> tuple[SecretFile, ...]:
    """What a person has to bring to the machine, container by container."""
    files: list[SecretFile] = []
    for container in deployment.containers:
        lines, passed = secret_variables(container), _unit_variables(container)
        files += [SecretFile(f"{container.name}.env", lines, None)] if lines else []
        files += [SecretFile(f"{container.name}{_PASSED}", passed, unit_environment(passed))] if passed else []
        labels = "".join(f"{name}={value}\n" for name, value in container.secret_labels)
        files += [SecretFile(f"{container.name}{_LABELS}", container.secret_labels, labels)] if labels else []
    for build in deployment.builds:
        arguments = build.secret_arguments
        files += (
            [SecretFile(f"{build.service}{_ARGUMENTS}", arguments, unit_environment(arguments))] if arguments else []
        )
        if build.is_dockerfile_secret:
            files.append(SecretFile(f"{build.service}{_DOCKERFILE}", (), build.dockerfile_text))
    for volume in deployment.volumes:
        files += [SecretFile(_option_file(volume, name), (), value) for name, value in volume.secret_options]
    return (*files, *deployment.secret_files)
