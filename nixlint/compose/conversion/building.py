"""Images that are built on the machine."""

from __future__ import annotations

from nixlint.compose.model import size_of
from nixlint.compose.node import Scalar, Sequence, string
from nixlint.containers.deployment import Build
from nixlint.secrets.names import is_hidden
from nixlint.secrets.parts import secret_parts_of_text

from .key_reader import KeyReader, variables_in
from .process import _ulimits, host_entries

_TEXTS = {"target": "--target", "network": "--network", "isolation": "--isolation"}
_LISTS = {"cache_from": "--cache-from", "platforms": "--platform", "tags": "--tag"}
_PAIRS = {"args": "--build-arg", "labels": "--label", "additional_contexts": "--build-context"}
_SWITCHES = {"no_cache": "--no-cache", "pull": "--pull"}
_NOWHERE = {
    "cache_to": "a cache that is exported has no use on the machine",
    "entitlements": "only BuildKit's own command line has it",
    "no_cache_filter": "only BuildKit's own command line has it",
    "privileged": "a build with privileges has to be run by hand",
    "provenance": "only BuildKit's own command line has it",
    "sbom": "only BuildKit's own command line has it",
}


def build_of(keys: KeyReader, service: str, image: str) -> Build | None:
    """How the image of a service is built, if it is."""
    build = keys.child("build")
    if build is None:
        return None
    flags: list[str] = ["--tag", image]
    for name, flag in _TEXTS.items():
        text = build.text(name)
        flags += [flag, text] if text else []
    for name, flag in _LISTS.items():
        for text, _ in build.texts(name):
            flags += [flag, text]
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
    flags += _secrets(build)
    for name, why in _NOWHERE.items():
        build.dropped(name, why)
    inline, dockerfile = build.node_of("dockerfile_inline"), build.text("dockerfile")
    text = string(inline)
    if text is None and dockerfile and dockerfile != "Dockerfile":
        flags += ["--file", dockerfile]
    context = build.text("context") or "."
    build.needs_you(build.key, f"bring {context} to the machine: the image is built there, from it", build.node.place)
    made = variables_in(inline) if isinstance(inline, Scalar) else frozenset()
    is_secret = text is not None and (bool(secret_parts_of_text(text)) or any(map(is_hidden, made)))
    if is_secret:
        message = "a secret is in it: it is in a file outside of the store, and in the image"
        build.approximated(build.path("dockerfile_inline"), message, build.place("dockerfile_inline"))
    return Build(service, image, context, tuple(flags), text, build.node.place, secret, is_secret)


def _secrets(build: KeyReader) -> list[str]:
    flags: list[str] = []
    for secret in build.elements("secrets"):
        source = secret.text("source") or ""
        options = "".join(f",{name}={text}" for name in ("target", "uid", "gid", "mode") if (text := secret.text(name)))
        message = f"give the build the secret {source}: --secret id={source},src=…{options}"
        secret.needs_you(secret.key, message, secret.node.place)
    keys = build.child("ssh")
    for name in keys.node.entries if keys is not None else ():
        assert keys is not None
        path = keys.text(name)
        flags += ["--ssh", f"{name}={path}" if path else name]
    assert not isinstance(keys, Sequence)
    return flags
