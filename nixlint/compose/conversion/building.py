"""Images that are built on the machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from nixlint.compose.model import size_of
from nixlint.compose.node import Scalar, Sequence, string
from nixlint.containers.languages.image_reference import parse_image_reference
from nixlint.deployment.parts import Build, BuildBase, BuildSecret
from nixlint.secrets.names import is_hidden
from nixlint.secrets.parts import secret_parts_of_text
from nixlint.syntax.place import Place

from .key_reader import KeyReader, variables_in
from .mounts import FileObjects
from .process import _ulimits, host_entries

_TEXTS = {"target": "--target", "network": "--network"}
_LISTS = {"platforms": "--platform", "tags": "--tag"}
_PAIRS = {"args": "--build-arg", "labels": "--label"}
_SWITCHES = {"no_cache": "--no-cache", "pull": "--pull"}
_NOWHERE = {
    "cache_to": "a cache that is exported has no use on the machine",
    "isolation": "only Windows has it",
    "entitlements": "only BuildKit's own command line has it",
    "no_cache_filter": "only BuildKit's own command line has it",
    "privileged": "a build with privileges has to be run by hand",
    "provenance": "only BuildKit's own command line has it",
    "sbom": "only BuildKit's own command line has it",
}


def build_of(keys: KeyReader, service: str, images: Mapping[str, str], files: FileObjects) -> Build | None:
    """How the image of a service is built, if it is. ``images`` are those of all services."""
    build = keys.child("build")
    if build is None:
        return None
    image = images[service]
    flags: list[str] = ["--tag", image]
    for name, flag in _TEXTS.items():
        text = build.text(name)
        flags += [flag, text] if text else []
    for name, flag in _LISTS.items():
        for text, place in build.texts(name):
            if name != "tags" or _can_be_made(build, build.path(name), text, place):
                flags += [flag, text]
    _can_be_made(build, f"services.{service}.image", image, build.node.place)
    secret = build.secret_pairs("args", lambda name, _: name.isidentifier() and name.isascii())
    for argument, _ in secret:
        flags += ["--build-arg", argument]
    for name, flag in _PAIRS.items():
        for key, value, _ in build.shown_pairs(name):
            flags += [flag, f"{key}={value}" if value or name != "args" else key]
    for name, flag in _SWITCHES.items():
        flags += [flag] if build.flag(name) else []
    size = build.node_of("shm_size")
    flags += ["--shm-size", str(size_of(size, "shm_size"))] if size is not None else []
    for entry, _ in host_entries(build):
        flags += ["--add-host", entry]
    for limit in _ulimits(build, "--ulimit"):
        flags += [limit.name, limit.value]
    flags += _keys(build)
    contexts, bases = _contexts(build, images)
    flags += contexts
    for name, why in _NOWHERE.items():
        build.dropped(name, why)
    inline, dockerfile = build.node_of("dockerfile_inline"), build.text("dockerfile")
    text = string(inline)
    if text is None and dockerfile and dockerfile != "Dockerfile":
        flags += ["--file", dockerfile]
    context = build.text("context") or "."
    if context.startswith("/"):  # else it is fetched from elsewhere
        message = f"{context}: bring it to the machine, where the image is built from it"
        build.needs_you(build.key, message, build.node.place)
    made = variables_in(inline) if isinstance(inline, Scalar) else frozenset()
    is_secret = text is not None and (bool(secret_parts_of_text(text)) or any(map(is_hidden, made)))
    if is_secret:
        message = "a secret is in it: it is in a file outside of the store, and in the image"
        build.approximated(build.path("dockerfile_inline"), message, build.place("dockerfile_inline"))
    return Build(
        service,
        image,
        context,
        tuple(flags),
        text,
        build.node.place,
        secret,
        is_secret,
        tuple(_caches(build)),
        tuple(_secrets(build, files)),
        tuple(bases),
    )


def _can_be_made(build: KeyReader, key: str, image: str, place: Place) -> bool:
    """Whether an image can get a name when it is built. The digest is what comes out of a build."""
    reference = parse_image_reference(image)
    if reference is None or reference.digest is None:
        return True
    message = f"{image}: no engine builds an image by the name of its digest: take the digest, or the build, out"
    build.needs_you(key, message, place, incomplete=True)
    return False


def _caches(build: KeyReader) -> Iterator[str]:
    """Images to take layers from; caches elsewhere (docs.docker.com, 'Cache storage backends') are not on the machine."""
    for text, place in build.texts("cache_from"):
        options = dict(part.partition("=")[::2] for part in text.split(","))
        if "type" not in options:
            yield text
        elif options["type"] == "registry" and options.get("ref"):
            yield options["ref"]
        else:
            message = f"a cache of the type {options['type']} is not on the machine: the image is built without it"
            build.approximated(build.path("cache_from"), message, place)


def _contexts(build: KeyReader, images: Mapping[str, str]) -> tuple[list[str], list[BuildBase]]:
    flags: list[str] = []
    bases: list[BuildBase] = []
    for name, value, _ in build.shown_pairs("additional_contexts"):
        service = value.removeprefix("service:")
        if value != service and service in images:
            bases.append(BuildBase(name, service, images[service]))
        else:
            flags += ["--build-context", f"{name}={value}"]
    return flags, bases


def _secrets(build: KeyReader, files: FileObjects) -> Iterator[BuildSecret]:
    """The secrets of a build by their identifiers there. Who owns them is for the build's own file to say."""
    for secret in build.elements("secrets"):
        source = secret.text("source") or ""
        options = ", ".join(f"{name} {text}" for name in ("uid", "gid", "mode") if (text := secret.text(name)))
        if options:
            message = f"{options}: in a build the Dockerfile says so, in RUN --mount=type=secret"
            secret.approximated(secret.key, message, secret.node.place)
        given = files.for_build(secret, source)
        if given is not None:
            yield given


def _keys(build: KeyReader) -> list[str]:
    """The keys and agents of SSH that a build may use."""
    flags: list[str] = []
    keys = build.child("ssh")
    for name in keys.node.entries if keys is not None else ():
        assert keys is not None
        path = keys.text(name)
        flags += ["--ssh", f"{name}={path}" if path else name]
        if not path:
            message = f"{name} stands for the SSH agent of the user, which a systemd unit lacks: give the path of a key"
            keys.needs_you(keys.path(name), message, keys.place(name))
    assert not isinstance(keys, Sequence)
    return flags
