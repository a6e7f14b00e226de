"""Count the containers that repositories define by their text alone, and say which of them nixlint finds.

    python benchmarks/containers_found.py [--list] FOLDER...

Each folder is one repository. The count by text knows nothing of nixlint: comments and the insides of strings are taken
out, and what is left is read brace by brace for ``containers.<name>`` and ``oci-containers.containers.<name>``. Files that
Nix refuses are left out. A definition that only adds to a container that is declared elsewhere is counted apart, and so is
what only looks like a container: an attribute of that name in somebody's own namespace, or one with attributes that no
NixOS container has.

For the native containers that nixlint finds it prints how certain ``config.system.stateVersion`` is, and the most frequent
reasons why it is not. With ``--list``, every definition that is missed, every *maybe* and every *absent* is printed with its
place, separated by tabs.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from nixlint.containers.nspawn.container import CONTAINERS, OPTIONS, NspawnContainer, nspawn_containers
from nixlint.containers.oci.reader import CONTAINERS as OCI_CONTAINERS
from nixlint.containers.oci.reader import oci_containers
from nixlint.linting.run.discovery import Listing
from nixlint.semantics.modules.module_system import Answer, Presence, attributes_of
from nixlint.semantics.repository.hosts import hosts
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax.place import Place
from nixlint.syntax.problems import find_problems

NATIVE, OCI = "native", "OCI"
KINDS = (NATIVE, OCI)
STATIC, GENERATED, ADDITION, LOOK_ALIKE = "static name", "generated name", "addition", "look-alike"
SORTS = (STATIC, GENERATED, ADDITION, LOOK_ALIKE)
REASONS_SHOWN = 20


class Written(NamedTuple):
    """A definition as the text has it; ``name`` is ``None`` where an expression makes it."""

    kind: str
    sort: str
    name: str | None
    path: Path
    line: int


class Found(NamedTuple):
    """A container that nixlint finds."""

    kind: str
    name: str | None
    path: Path
    line: int


class StateVersion(NamedTuple):
    """What nixlint says of a native container's state version."""

    presence: Presence
    reason: str
    container: Found


@dataclass
class Report:
    """What came of one repository."""

    name: str
    written: list[tuple[Written, bool]] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)
    versions: list[StateVersion] = field(default_factory=list)


def main(arguments: Sequence[str]) -> int:
    folders = [Path(argument).resolve() for argument in arguments if not argument.startswith("-")]
    missing = [str(folder) for folder in folders if not folder.is_dir()]
    if missing or not folders:
        print(f"no such directory: {', '.join(missing)}" if missing else __doc__, file=sys.stderr)
        return 2
    with ProcessPoolExecutor() as pool:
        reports = list(pool.map(survey, folders))
    print_table(reports)
    if "--list" in arguments:
        print_list(reports)
    return 0


def survey(folder: Path) -> Report:
    """Count and find the containers of one repository."""
    report = Report(folder.name)
    files = sorted(Listing(str).below(folder))
    repository = Repository(folder, files)
    on_hosts = names_on_hosts(repository)
    for path in repository.files_mentioning(b"containers"):
        source = repository.source(path)
        if source is None:
            continue
        found: list[Found] = []
        if not source.root.has_error:
            for container in nspawn_containers(source, repository):
                found.append(_found(NATIVE, container.name, container.place, repository))
                if not container.is_made_elsewhere:
                    report.versions.append(_state_version(container, found[-1]))
            found.extend(
                _found(OCI, container.name, container.place, repository)
                for container in oci_containers(source, repository)
            )
        if any(find_problems(source)):
            continue
        written = list(written_in(path, source.data.decode("utf-8", "replace")))
        report.written.extend(judged(written, found, on_hosts.get(path, frozenset())))
        report.found.extend(found)
    return report


def names_on_hosts(repository: Repository) -> dict[Path, set[tuple[str, str | None]]]:
    """The containers of all hosts, kind and name, by the files that their definitions stand in."""
    found: dict[Path, set[tuple[str, str | None]]] = {}
    for host in hosts(repository):
        system = host.system(repository.interpreter(), assumes_own=True)  # As the inventory does.
        for kind, option in ((NATIVE, CONTAINERS), (OCI, OCI_CONTAINERS)):
            for name, definition in system.children(option):
                for place in (definition.name_place, definition.value.place):
                    if place is not None:
                        found.setdefault(place.path, set()).add((kind, name))
            for whole in system.definitions(option):
                if whole.name_place is not None:  # containers = import ./web.nix; the names stand in another file.
                    names = {(kind, name) for name, _ in attributes_of(whole)}
                    found.setdefault(whole.name_place.path, set()).update(names)
    return found


def judged(
    written: list[Written], found: list[Found], on_hosts: Collection[tuple[str, str | None]]
) -> Iterator[tuple[Written, bool]]:
    """The definitions of a file, each with whether nixlint finds it, in the file or on a host that it belongs to.

    One with a static name is found under its name. One that is generated is found where there is a name that the text
    does not have.
    """
    named = {(item.kind, item.name) for item in found} | set(on_hosts)
    literal = {(item.kind, item.name) for item in written if item.sort != GENERATED}
    generated = {kind for kind, name in named - literal if name is not None}
    for item in written:
        yield item, item.kind in generated if item.sort == GENERATED else (item.kind, item.name) in named


def _found(kind: str, name: str | None, place: Place, repository: Repository) -> Found:
    source = repository.source(place.path)
    return Found(kind, name, place.path, 0 if source is None else source.position(place.span.start).line)


def _state_version(container: NspawnContainer, found: Found) -> StateVersion:
    answer = container.inside("system", "stateVersion")
    return StateVersion(answer.presence, _reason(answer), found)


def _reason(answer: Answer) -> str:
    """Why it is not certain, without the names of this repository."""
    if answer.presence is not Presence.MAYBE:
        return ""
    if answer.obstacles:
        return answer.obstacles[0].reason
    return "its definitions depend on conditions"


# -- the count by text ----------------------------------------------------------------------------------------------


_STRING = re.compile(r"[A-Za-z0-9_'./:@-]+")
_TOKEN = re.compile(r"\$\{|[A-Za-z_][\w'-]*|\"[^\"\n]*\"|==|//|\n|[^\s\w]")
_WRAPPERS = frozenset("{ ( [ mkIf mkMerge mkForce mkDefault mkOverride optionalAttrs lib rec with let builtins".split())
_GENERATORS = frozenset(
    "mapAttrs mapAttrs' listToAttrs genAttrs foldl' foldl foldr fold map imap0 imap1 concatMapAttrs mapAttrsToList "
    "mergeAttrsList filterAttrs import recursiveUpdate removeAttrs attrsets optionals".split()
)
_ENTRANCES = frozenset("flake config imports modules configuration content contents nixos".split())
"""Attributes whose value is a module or a list of modules, or leads to one."""
_NAMED_ENTRANCES = frozenset("nixosModules nixosConfigurations nodes colmena specialisation containers".split())
"""Attributes whose attributes are modules, or hold them."""
_LET = "<let>"
_DYNAMIC = "<dynamic>"
_OCI_OPTIONS = frozenset({"image", "imageFile", "imageStream"})


@dataclass
class _Frame:
    """An open bracket or ``let``: the attribute path at which it stands, and that of the binding being read in it."""

    kind: str
    path: tuple[str, ...]
    binding: tuple[str, ...] = ()
    is_hidden: bool = False
    starts: bool = True

    @property
    def here(self) -> tuple[str, ...]:
        return self.path + self.binding


@dataclass
class _Seen:
    """A definition as far as it has been read."""

    line: int
    children: set[str] = field(default_factory=set)
    is_expression: bool = False
    has_system: bool = False


def written_in(path: Path, text: str) -> Iterator[Written]:
    """The definitions of containers that the text of a file has, each name once for each place that leads to it."""
    seen: dict[tuple[str, tuple[str, ...], str], _Seen] = {}
    for binding in _bindings(_stripped(text)):
        for kind, prefix, rest in _containers_at(binding.path):
            if _LET in rest or (binding.is_literal and len(rest) < 2):
                continue
            if not rest:
                if binding.is_expression:
                    seen.setdefault(
                        (kind, prefix, f"{_DYNAMIC}{binding.line}"), _Seen(binding.line, is_expression=True)
                    )
                continue
            item = seen.setdefault((kind, prefix, rest[0]), _Seen(binding.line))
            item.children.update(rest[1:2])
            item.has_system |= rest[1:] == ("config",)
            item.is_expression |= len(rest) == 1 and binding.is_expression
    for (kind, prefix, name), item in seen.items():
        dynamic = name.startswith(_DYNAMIC)
        yield Written(kind, _sort(kind, prefix, item, dynamic), None if dynamic else name, path, item.line)


def _sort(kind: str, prefix: tuple[str, ...], item: _Seen, dynamic: bool) -> str:
    if "options" in prefix or prefix == (_LET,) or (kind == NATIVE and not _is_module(prefix)):
        return LOOK_ALIKE
    if kind == NATIVE and not item.is_expression and item.children - OPTIONS:
        return LOOK_ALIKE
    made = item.has_system or item.children & {"path", "flake"} if kind == NATIVE else item.children & _OCI_OPTIONS
    if not item.is_expression and not made:
        return ADDITION
    return GENERATED if dynamic else STATIC


def _containers_at(path: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """The kinds of container that an attribute path leads to, with what is before the option and what is below it."""
    if "oci-containers" in path:
        at = path.index("oci-containers")
        if path[at + 1 : at + 2] == ("containers",):
            yield OCI, path[: at - (path[at - 1 : at] == ("virtualisation",))], path[at + 2 :]
        return
    for at, name in enumerate(path):
        if name == "containers" and (at == 0 or path[at - 1] != "virtualisation"):
            yield NATIVE, path[:at], path[at + 1 :]
            if path[at + 2 : at + 3] != ("config",):
                return


def _is_module(prefix: tuple[str, ...]) -> bool:
    """Whether what stands at an attribute path is, by its names, a module of NixOS."""
    if prefix[-2:] == ("modules", "nixos"):
        return False  # A module that is called containers.
    rest = prefix
    while rest:
        if rest[0] in (_LET, "nixos") and len(rest) > 1:
            rest = rest[2:]
        elif rest[:2] in (("modules", "nixos"), ("den", "aspects")) and len(rest) > 2:
            rest = rest[3:]
        elif rest[0] in _NAMED_ENTRANCES and len(rest) > 1:
            rest = rest[2:]
        elif rest[0] in _ENTRANCES:
            rest = rest[1:]
        else:
            return False
    return True


class _Binding(NamedTuple):
    """A binding: its whole attribute path, its line, and whether its value is made by an expression or stands there."""

    path: tuple[str, ...]
    line: int
    is_expression: bool
    is_literal: bool


def _bindings(text: str) -> Iterator[_Binding]:
    """The bindings in a text without comments, those in sets that functions are applied to left out."""
    tokens: list[tuple[str, int]] = []
    line = 1
    for match in _TOKEN.finditer(text):
        if match[0] == "\n":
            line += 1
        else:
            tokens.append((match[0], line))
    frames = [_Frame("", ())]
    at = 0
    while at < len(tokens):
        token, line = tokens[at]
        top = frames[-1]
        if top.starts and top.kind in ("{", "let", ""):
            names, after = _attribute_path(tokens, at)
            if names and after < len(tokens) and tokens[after][0] == "=":
                top.binding, top.starts = names, False
                expression = _is_expression(tokens, after + 1)
                if not top.is_hidden:
                    yield _Binding(top.here, line, expression, _is_literal(tokens, after + 1))
                hidden = top.is_hidden or (expression and any(name == "containers" for name in top.here))
                frames.append(_Frame("=", top.here, is_hidden=hidden, starts=False))
                at = after + 1
                continue
        match token:
            case "(" if top.path[-1:] == ("containers",) and _is_expression(tokens, at + 1):
                if not top.is_hidden:
                    yield _Binding(top.path, line, True, False)
                frames.append(_Frame("(", top.path, is_hidden=True))
            case "{" | "(" | "[" | "${":
                frames.append(_Frame("{" if token == "${" else token, top.path, is_hidden=top.is_hidden))
            case "with" | "assert":
                frames.append(_Frame("with", top.path, is_hidden=top.is_hidden))
            case "let":
                frames.append(_Frame("let", (*top.path, _LET), is_hidden=top.is_hidden))
            case "in" if any(frame.kind == "let" for frame in frames):
                while frames.pop().kind != "let":
                    pass
            case "}" | ")" | "]":
                opening = {"}": "{", ")": "(", "]": "["}[token]
                if any(frame.kind == opening for frame in frames):
                    while frames.pop().kind != opening:
                        pass
            case ";":
                if frames[-1].kind == "with":
                    frames.pop()
                    at += 1
                    continue
                if frames[-1].kind == "=":
                    frames.pop()
                frames[-1].binding, frames[-1].starts = (), True
            case _:
                pass
        at += 1


def _attribute_path(tokens: list[tuple[str, int]], at: int) -> tuple[tuple[str, ...], int]:
    """The attribute path that starts at a token, and the token after it."""
    names: list[str] = []
    while at < len(tokens):
        token = tokens[at][0]
        if token == "${":
            depth = 1
            while depth and at + 1 < len(tokens):
                at += 1
                depth += {"{": 1, "${": 1, "}": -1}.get(tokens[at][0], 0)
            names.append(f"{_DYNAMIC}{at}")
        elif token.startswith('"'):
            names.append(f"{_DYNAMIC}{at}" if "$" in token else token.strip('"'))
        elif re.match(r"[A-Za-z_]", token):
            names.append(token)
        else:
            return (), at
        at += 1
        if at >= len(tokens) or tokens[at][0] != ".":
            return tuple(names), at
        at += 1
    return (), at


def _is_literal(tokens: list[tuple[str, int]], at: int) -> bool:
    """Whether a value that starts at a token is a string, a list, a path or one word, and so no container."""
    value = "".join(token for token, _ in tokens[at : at + 2])
    return (
        value.startswith(("./", "..", "["))
        or value in ("true;", "false;", "null;")
        or re.fullmatch(r'".*";', value) is not None
    )


def _is_expression(tokens: list[tuple[str, int]], at: int) -> bool:
    """Whether a value that starts at a token is made by something else than a set, a condition or a merge."""
    depth = 0
    first = tokens[at][0] if at < len(tokens) else ";"
    if first not in _WRAPPERS:
        return True
    while at < len(tokens):
        token = tokens[at][0]
        if token == "{":
            return False
        if token in _GENERATORS or (token == ";" and depth == 0):
            return True
        depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(token, 0)
        at += 1
    return False


def _stripped(text: str) -> str:
    """A text of Nix without comments, and with strings that hold nothing but what a name may hold; lines stay."""
    out: list[str] = []
    at = 0
    while at < len(text):
        if text[at] == "#":
            end = text.find("\n", at)
            at = len(text) if end < 0 else end
        elif text.startswith("/*", at):
            end = text.find("*/", at + 2)
            end = len(text) if end < 0 else end + 2
            out.append("\n" * text.count("\n", at, end))
            at = end
        elif text[at] == '"' or text.startswith("''", at):
            end = _end_of_string(text, at)
            inside = text[at + 1 : end - 1]
            name = inside if _STRING.fullmatch(inside) else "$" if "${" in inside else "?"
            out.append(f'"{name}"' + "\n" * text.count("\n", at, end))
            at = end
        else:
            out.append(text[at])
            at += 1
    return "".join(out)


def _end_of_string(text: str, at: int) -> int:
    """Where a string ends that starts at ``at``; one within its interpolations is passed over."""
    indented = text[at] == "'"
    at += 2 if indented else 1
    while at < len(text):
        if indented and text.startswith("''", at):
            if text[at + 2 : at + 3] in ("$", "'", "\\") and text[at + 2 : at + 3]:
                at += 4 if text[at + 2] == "\\" else 3
                continue
            return at + 2
        if not indented and text[at] == "\\":
            at += 2
        elif not indented and text[at] == '"':
            return at + 1
        elif text.startswith("$$", at):
            at += 2
        elif text.startswith("${", at):
            at = _end_of_interpolation(text, at + 2)
        else:
            at += 1
    return at


def _end_of_interpolation(text: str, at: int) -> int:
    depth = 1
    while at < len(text) and depth:
        if text[at] == '"' or text.startswith("''", at):
            at = _end_of_string(text, at)
            continue
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        at += 1
    return at


# -- what is printed ------------------------------------------------------------------------------------------------


def print_table(reports: list[Report]) -> None:
    """The counts over all repositories."""
    written = [item for report in reports for item in report.written]
    defining = sum(any(item.sort in (STATIC, GENERATED) for item, _ in report.written) for report in reports)
    print(f"{len(reports)} repositories, {defining} define containers")
    print(f"\n{'definitions by text':24}{'static':>8}{'found':>8}{'':8}{'generated':>10}{'named':>8}{'':8}{'rest':>8}")
    for kind in KINDS:
        counts = [([found for item, found in written if (item.kind, item.sort) == (kind, sort)]) for sort in SORTS]
        static, generated, *others = counts
        print(
            f"{kind:24}{len(static):8}{sum(static):8}{_share(sum(static), len(static)):>8}"
            f"{len(generated):10}{sum(generated):8}{_share(sum(generated), len(generated)):>8}"
            f"    {len(others[0])} additions, {len(others[1])} look-alikes"
        )
    for kind in KINDS:
        found = [item for report in reports for item in report.found if item.kind == kind]
        unnamed = sum(item.name is None for item in found)
        print(f"nixlint finds {len(found)} {kind} containers, {unnamed} of them without a name")
    versions = [version for report in reports for version in report.versions]
    print(f"\nstate version of {len(versions)} native containers")
    for presence in Presence:
        count = sum(version.presence is presence for version in versions)
        print(f"    {presence.value:10}{count:6}{_share(count, len(versions)):>8}")
    reasons = Counter(version.reason for version in versions if version.presence is Presence.MAYBE)
    print("most frequent reasons for maybe")
    for reason, count in reasons.most_common(REASONS_SHOWN):
        print(f"    {count:6}  {reason}")


def print_list(reports: list[Report]) -> None:
    """What is missed and what is not certain, one a line."""
    for report in reports:
        for item, found in report.written:
            if not found and item.sort in (STATIC, GENERATED):
                print("missed", item.kind, item.sort, item.name or "?", f"{item.path}:{item.line}", sep="\t")
        for presence, reason, container in report.versions:
            if presence is not Presence.DEFINED:
                name = container.name or "?"
                print(presence.value, name, f"{container.path}:{container.line}", reason, sep="\t")


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
