"""Compose projects full of hostile text, converted, evaluated and run: what came out must be what went in.

A project has one key of the specification (all of them, from its schema) and hostile texts wherever that key holds text. It
is converted in a shape and for a store, evaluated by the real Nix against the types of the real options, its scripts and
the command lines of nixpkgs' module are run by a shell with stubs for programs, and its units are read by systemd's rules.
Each text carries a token: wherever the token comes out, the whole text has to be, decoded as whoever reads it decodes it.
"""

from __future__ import annotations

import contextlib
import csv
import json
import os
import random
import re
import shlex
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from nixlint.compose.loading import Request
from nixlint.compose.problem import ComposeError
from nixlint.conversion.convert import Conversion, ConversionRequest, convert
from nixlint.deployment.target import Backend, SecretStore, Target
from nixlint.reporting.conversion import conversion_text
from nixlint.reporting.terminal import Style
from tests.compose.referee import Evaluated, command_line, evaluate
from tests.compose.test_nothing_is_lost import KEYS, _project

Json = Any
FRAGMENTS = (
    '${builtins.throw "INJECTED"}',
    '"; INJECTED = 1; x = "',
    "'' + INJECTED + ''",
    "''${INJECTED}",
    "$${INJECTED}",
    "\\${INJECTED}",
    "$",
    "$$$",
    "\\",
    "'",
    "''",
    "'''",
    '"',
    "`touch INJECTED`",
    "$(touch INJECTED)",
    "; touch INJECTED;",
    "| touch INJECTED #",
    "\n(import ./INJECTED.nix)\n",
    "\nExecStart=/bin/INJECTED\n",
    "\r\nINJECTED = 1;",
    "\r",
    "\n",
    "%h%i%%",
    " ",
    "\t",
    "# INJECTED",
    "/* INJECTED",
    "*/",
    "\u2028",
    "\x85",
    "\u202e",
    "\x1b[31m",
    "\x7f",
    "é",
    "日本",
    "\U0001f600",
    "--privileged",
    "-",
    ",",
    ":",
    "=",
    "/",
    "//",
    "..",
    "{{.}}",
    "{INJECTED}",
    "@",
    "\ue0000\ue001",
    "\ue100A\ue101",
    "with",
    "in",
)
SHAPES: tuple[dict[str, Json], ...] = (
    {},
    {"split": True},
    {"keeps_variables": True},
    {"enable_option": "my.with.in"},
    {"split": True, "keeps_variables": True, "enable_option": "a b.c"},
)
STORES = tuple(SecretStore)


class Made(NamedTuple):
    """A project that was converted: its texts by token, and where its modules are."""

    key: str
    texts: dict[str, str]
    conversion: Conversion
    paths: tuple[Path, ...]


class Outcome(NamedTuple):
    """What became of many projects: how many were converted and refused, and everything that is wrong."""

    counts: Counter[str]
    wrong: list[str]


def hostile_text(rng: random.Random, token: str) -> str:
    """A text of fragments around a token, without what the loader refuses."""
    before = "".join(rng.choice(FRAGMENTS) for _ in range(rng.randint(0, 2)))
    after = "".join(rng.choice(FRAGMENTS) for _ in range(rng.randint(0, 3)))
    return f"{before}{token}{after}"


class _Filler:
    """Puts hostile texts into a project."""

    def __init__(self, rng: random.Random, number: int, *, uses_variables: bool) -> None:
        self._rng = rng
        self._number = number
        self._uses_variables = uses_variables
        self.texts: dict[str, str] = {}
        self.environment: dict[str, str] = {}

    def fill(self, value: Json, share: float) -> Json:
        match value:
            case dict():
                return {self._key(name): self.fill(entry, share) for name, entry in value.items()}
            case list():
                return [self.fill(item, share) for item in value]
            case str() if self._rng.random() < share:
                return self._text(value)
            case _:
                return value

    def _key(self, name: str) -> str:
        return self._new() if name in ("label", "option") else name

    def _new(self) -> str:
        token = f"tok{self._number}x{len(self.texts)}z"
        text = hostile_text(self._rng, token)
        self.texts[token] = text
        return text

    def _text(self, old: str) -> str:
        text = self._new()
        if old.startswith("/") or self._rng.random() < 0.1:
            token = next(reversed(self.texts))
            text = f"/{text}"
            self.texts[token] = text
        if self._uses_variables and self._rng.random() < 0.5:
            name = f"HOSTILE_{len(self.environment)}"
            self.environment[name] = text
            return f"${{{name}}}"
        return text.replace("$", "$$")


def make(rng: random.Random, number: int, folder: Path) -> Made | ComposeError:
    """Convert one project in a folder; the error where it is refused."""
    key, value = rng.choice(KEYS)
    shape, store = rng.choice(SHAPES), rng.choice(STORES)
    backend = rng.choice(tuple(Backend))
    filler = _Filler(rng, number, uses_variables=bool(shape.get("keeps_variables")))
    filled = json.loads(json.dumps(filler.fill(value, 0.9)))
    project = _project(key, filled)
    service = next(iter(project["services"].values()))
    service.setdefault("labels", filler.fill({"label": "x"}, 1.0))
    service.setdefault("environment", filler.fill({"TZ": "x", "API_TOKEN": "x"}, 0.5))
    file = folder / "compose.yaml"
    head = hostile_text(rng, "comment")
    file.write_text(f"# {_BREAKS.sub(' ', head)}\n{_yaml(project)}\n", newline="")
    try:
        conversion = convert(
            ConversionRequest(
                Request((file,), "proj", filler.environment),
                Target(backend, secrets=store),
                ("*",),
                shown=head,
                **shape,
            )
        )
    except ComposeError as error:
        return error
    paths = []
    for name, text in conversion.modules:
        path = folder / "out" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, newline="")
        paths.append(path)
    return Made(key, filler.texts, conversion, tuple(paths))


_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def _yaml(project: Json) -> str:
    """A project as JSON that YAML reads as the same: what YAML takes for a line end is escaped, other characters stay."""
    return _BREAKS.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(project, ensure_ascii=False))


def run(seed: int, count: int, folder: Path, batch: int = 100) -> Outcome:
    """Make and judge projects, many of them with one Nix."""
    counts: Counter[str] = Counter()
    wrong: list[str] = []
    rng = random.Random(seed)
    for start in range(0, count, batch):
        made: list[Made] = []
        place = folder / str(start)
        for number in range(start, min(start + batch, count)):
            below = place / str(number)
            below.mkdir(parents=True)
            found = make(rng, number, below)
            if isinstance(found, ComposeError):
                counts["refused"] += 1
                counts[f"refused: {_kind(found.message)}"] += 1
                if "please report" in found.message:
                    wrong.append(f"{number}: {found.message}")
            else:
                counts["converted"] += 1
                made.append(found)
        results = evaluate([each.paths[:1] for each in made], "26.05")
        for each, result in zip(made, results, strict=True):
            wrong += [f"{each.paths[0]} ({each.key}): {what}" for what in judge(each, result, counts)]
        wrong += [f"batch {start}: {what}" for what in run_scripts(made, results, place, counts)]
        wrong += [f"batch {start}: {what}" for what in verify_units(results, place / "units", counts)]
    return Outcome(counts, wrong)


def _kind(message: str) -> str:
    return re.sub(r"services\.\S+|\S*tok\d\S*", "…", message)[:60]


def judge(made: Made, result: Evaluated, counts: Counter[str]) -> Iterator[str]:
    """What is wrong with one evaluated project."""
    if result.refusal is not None:
        yield f"NixOS refuses it: {result.refusal[:200]}"
        return
    report = "".join(conversion_text(made.conversion, Path("/"), Style(False, None)))
    if re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", report):
        yield "the report has what a terminal obeys"
    for path, text in _strings(result.system, ()):
        if "INJECTED" in path[-1] and "tok" not in path[-1]:
            yield f"a name that nobody gave: {path[-1]!r}"
        for token in re.findall(r"tok\d+x\d+z", text):
            counts["texts that came out"] += 1
            wanted = _as_named(made, made.texts[token], path)
            wholes = (wanted, made.texts[token])
            if not any(_holds(reading, whole) for reading in _readings(path, text) for whole in wholes):
                yield f"{'.'.join(path)[:80]}: {text!r} is not {wanted!r}"


def _as_named(made: Made, text: str, path: tuple[str, ...]) -> str:
    """A text as it is to come out: a container's name with the characters of one, a description on one line."""
    if made.key == "services.web.container_name" and re.search(r"tok\d+x0z", text):
        return re.sub(r"[^a-zA-Z0-9_.-]+", "-", text).lstrip("-._")
    if any("no such option of a tmpfs" in each.message for each in made.conversion.remarks):
        return text.rpartition(":")[0] or text  # what the report says is left out
    if path[-1:] == ("description",):
        return " ".join("".join(each if each.isprintable() else " " for each in text).split()).rstrip("\\").strip()
    return text


def _holds(reading: str, wanted: str) -> bool:
    """Whether a text is in another one, perhaps as Compose and the engines clean a path."""
    cleaned = os.path.normpath(wanted)
    return any(each in reading for each in (wanted, cleaned, cleaned.removeprefix("/")))  # of `//x` normpath keeps both


def _strings(value: Json, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    match value:
        case dict():
            for name, entry in value.items():
                yield (*path, "a name"), name
                yield from _strings(entry, (*path, name))
        case list():
            for item in value:
                yield from _strings(item, path)
        case str():
            yield path, value


SCRIPTS = ("script", "preStart", "postStart", "preStop", "postStop")


def _readings(path: tuple[str, ...], text: str) -> Iterator[str]:
    """A text as those read it who get it: as it is, as a shell, systemd, or an engine's flag does."""
    yield text
    last = path[-1]
    if last in SCRIPTS:
        yield from shlex.split(text.replace("\\\n", ""))
        for word in shlex.split(text):
            yield from _in_flag(word)
    elif last == "RequiresMountsFor":
        yield from systemd_words(text)
    elif last in ("description", "WorkingDirectory"):
        yield text.replace("%%", "%")
    else:
        yield from _in_flag(text)
    if path[:2] == ("systemd", "services") or last in ("a name", "description", "after", "requires", "wants", "partOf"):
        yield from _of_unit_name(text)


def _in_flag(text: str) -> Iterator[str]:
    """The texts in the value of a flag: JSON, a command line, or fields with commas between them, as Go reads CSV."""
    value = text.partition("=")[2]
    if value.startswith("["):
        with contextlib.suppress(ValueError):
            yield from (str(each) for each in json.loads(value))
    with contextlib.suppress(ValueError):
        yield from shlex.split(value)
    with contextlib.suppress(csv.Error):
        for row in csv.reader([value.replace("\n", "\ufff0").replace("\r", "\ufff1")]):
            yield from (field.replace("\ufff0", "\n").replace("\ufff1", "\r") for field in row)


def _of_unit_name(text: str) -> Iterator[str]:
    yield re.sub(r"(?:\\x[0-9a-f]{2})+", lambda match: bytes.fromhex(match[0].replace("\\x", "")).decode(), text)


def systemd_words(text: str) -> Iterator[str]:
    """The words of a setting, as ``extract_first_word`` cuts them with EXTRACT_UNQUOTE; specifiers replaced."""
    word, quote, is_open, at = "", "", False, 0
    while at < len(text):
        character = text[at]
        if character == "\\" and at + 1 < len(text):
            at += 1
            word, is_open = word + text[at], True
        elif quote:
            quote, word = ("", word) if character == quote else (quote, word + character)
        elif character in "'\"":
            quote, is_open = character, True
        elif character in " \t\n\r":
            if is_open:
                yield word.replace("%%", "%")
            word, is_open = "", False
        else:
            word, is_open = word + character, True
        at += 1
    if is_open:
        yield word.replace("%%", "%")


_STUBS = """\
engine() {
  case "$*" in
    *State.Running*) echo true ;;
    *Health.Status*) echo healthy ;;
    *) for word in "$@"; do printf '%s\\0' "$word"; done >> "$LOG" ;;
  esac
  [ "$2" != inspect ]
}
podman() { engine "$@"; }
docker() { engine "$@"; }
mkdir() { engine "$@"; }
sleep() { :; }
"""


def run_scripts(
    made: Sequence[Made], results: Sequence[Evaluated], folder: Path, counts: Counter[str]
) -> Iterator[str]:
    """Run the scripts of units and the command lines of containers, and compare the words that programs get."""
    pieces = [_STUBS]
    wanted: list[tuple[Made, str]] = []
    logs = folder / "logs"
    logs.mkdir(parents=True)
    for each, result in zip(made, results, strict=True):
        scripts = [
            settings[name]
            for settings in result.services.values()
            for name in SCRIPTS
            if isinstance(settings.get(name), str)
        ]
        scripts += [
            command_line(result.backend, name, container).removeprefix("exec ")
            for name, container in sorted(result.containers.items())
        ]
        for script in scripts:
            if "systemctl" in script:
                continue  # a loop that waits for a unit: it has names of units in it and no other text of a project
            pieces.append(f"LOG={logs}/{len(wanted)}\n(\nset -e\n{script}\n) </dev/null\n")
            wanted.append((each, script))
    work = folder / "work"
    work.mkdir()
    ran = subprocess.run(
        ["/bin/sh"],
        input="\n".join(pieces).encode(),
        capture_output=True,
        check=False,
        cwd=work,
        timeout=60,
        env={"PATH": "/nonexistent"},
    )
    counts["scripts run"] += len(wanted)
    if ran.returncode or ran.stderr:
        yield f"a script fails: {ran.stderr.decode(errors='replace')[:300]}"
    found = [path.name for path in work.iterdir()]
    if found:
        yield f"a script made files: {found}"
    for number, (each, script) in enumerate(wanted):
        log = logs / str(number)
        words = log.read_bytes().decode().split("\0") if log.exists() else []
        for token in set(re.findall(r"tok\d+x\d+z", script)):
            counts["texts that programs got"] += 1
            text = each.texts[token]
            wholes = (text, _as_named(each, text, ()))
            if not any(
                _holds(reading, whole) for whole in wholes for word in words for reading in (word, *_in_flag(word))
            ):
                yield f"{each.paths[0]} ({each.key}): no program got {text!r}: {[word for word in words if token in word]!r}"


def verify_units(results: Sequence[Evaluated], folder: Path, counts: Counter[str]) -> Iterator[str]:
    """Let the real systemd read the units, each as nixpkgs would write it (``nixos/lib/systemd-lib.nix``)."""
    program = shutil.which("systemd-analyze")
    if program is None:
        return
    folder.mkdir()
    files = []
    for number, result in enumerate(results):
        for name, settings in result.services.items():
            file = folder / f"n{number}-{name}.service"
            file.write_text(unit_text(settings))
            files.append(str(file))
    counts["units verified"] += len(files)
    command = [program, "verify", "--man=no", "--recursive-errors=no", "--generators=no", *files]
    ran = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300, errors="replace")
    # RestartSteps and RestartMaxDelaySec came with systemd 254.
    for line in ran.stderr.splitlines():
        if (
            line.startswith("/")
            and "Unknown key 'Restart" not in line
            and not line.endswith("is not executable: No such file or directory")
        ):
            yield f"systemd says: {line[:300]}"


def unit_text(settings: dict[str, Json]) -> str:
    """A unit as nixpkgs writes it: each value behind its name, an element of a list on a line of its own."""
    lines = ["[Unit]"]
    names = {"description": "Description", "after": "After", "wants": "Wants", "partOf": "PartOf", "bindsTo": "BindsTo"}
    for name, written in names.items():
        if name in settings:
            value = settings[name]
            lines.append(f"{written}={value if isinstance(value, str) else ' '.join(value)}")
    for section, title in (("unitConfig", None), ("serviceConfig", "[Service]")):
        lines += [title] if title else []
        for name, value in settings.get(section, {}).items():
            values = value if isinstance(value, list) else [value]
            lines += [f"{name}={_systemd(each)}" for each in values]
    return "\n".join([*lines, "ExecStart=/bin/true", ""])


def _systemd(value: Json) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
