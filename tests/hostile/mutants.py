"""Mutants of real files: the same folder with one file changed by chance.

A *seed* is a folder with files of Nix and TOML, flake locks and Compose files. A *mutant* is one of its files, changed, with
a few that stand around it: bytes lost, doubled or moved, a piece of another file put in, brackets without end, numbers of
thousands of digits, and expressions that a lazy language takes and that no memory holds. The same number always makes the
same mutant of the same folders. What becomes of nixlint then is in :mod:`.mutant_runs`.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from pathlib import Path, PurePosixPath
from typing import NamedTuple

_MOST_FILES = 60
"""As many files are taken of a folder, by chance."""
_LARGEST_SEED_FILE = 60_000
_NEIGHBOURS = 4
"""As many files stand around the changed one, those of its own folder first: more would cost time and show nothing more."""

Files = Mapping[str, bytes]
"""Files by their names below a folder."""


class Kind(Enum):
    """What is changed."""

    NIX = "Nix"
    COMPOSE = "Compose"
    TOML = "TOML"
    LOCK = "lock"
    CACHE = "cache"


_SHARES = (
    Kind.NIX,
    Kind.NIX,
    Kind.NIX,
    Kind.NIX,
    Kind.COMPOSE,
    Kind.COMPOSE,
    Kind.TOML,
    Kind.LOCK,
    Kind.CACHE,
    Kind.CACHE,
)
"""Of ten mutants, which are of what kind."""


class Mutant(NamedTuple):
    """A folder with a changed file. Of one of the cache it is whole: its cache is changed when there is one."""

    number: int
    kind: Kind
    files: Files
    changed: str


def kind_of(name: str) -> Kind | None:
    """What a file is, by its name."""
    path = PurePosixPath(name)
    if path.suffix in (".yml", ".yaml"):
        return Kind.COMPOSE if "compose" in path.name else None
    return {".nix": Kind.NIX, ".toml": Kind.TOML, ".lock": Kind.LOCK}.get(path.suffix)


def seed_of(folder: Path) -> Files:
    """The files of a folder that mutants are made of."""
    paths = [path for path in sorted(folder.rglob("*")) if kind_of(path.name) and ".git" not in path.parts]
    fit = [path for path in paths if path.is_file() and not path.is_symlink()]
    small = [path for path in fit if path.stat().st_size <= _LARGEST_SEED_FILE]
    taken = random.Random(folder.name).sample(small, min(len(small), _MOST_FILES))
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(taken)}


class Seeds:
    """The seeds of folders, with the names of their files by what they are."""

    def __init__(self, folders: Iterable[Path]) -> None:
        self.all: Sequence[Files] = [seed for folder in folders if (seed := seed_of(folder))]
        self._names: dict[Kind, list[tuple[Files, list[str]]]] = {}
        for seed in self.all:
            for kind in Kind:
                names = [name for name in sorted(seed) if kind_of(name) is kind]
                if names:
                    self._names.setdefault(kind, []).append((seed, names))

    def choose(self, kind: Kind, chance: random.Random) -> tuple[Kind, Files, str]:
        """A seed and a file of it of some kind; where there is none, of another kind."""
        wanted: Kind = Kind.NIX if kind is Kind.CACHE else kind
        if wanted not in self._names:
            kind = wanted = next(iter(self._names))
        seed, names = chance.choice(self._names[wanted])
        return kind, seed, chance.choice(names)


def mutant(seeds: Seeds, number: int) -> Mutant:
    """The mutant of a number."""
    chance = random.Random(number)
    kind, seed, name = seeds.choose(chance.choice(_SHARES), chance)
    files = {each: seed[each] for each in (name, *_around(name, seed))}
    if kind is not Kind.CACHE:
        files[name] = changed(files[name], PurePosixPath(name).suffix, seeds, chance)
    return Mutant(number, kind, files, name)


def _around(name: str, seed: Files) -> Iterable[str]:
    """The files that stand around one: what the folder begins with, and its neighbours."""
    folder = PurePosixPath(name).parent
    first = [each for each in ("flake.nix", "flake.lock", "nixlint.toml") if each in seed]
    near = sorted(seed, key=lambda each: (PurePosixPath(each).parent != folder, each))
    return dict.fromkeys((*first, *[each for each in near if each != name][:_NEIGHBOURS]))


def changed(data: bytes, suffix: str, seeds: Seeds, chance: random.Random) -> bytes:
    """A text with one to five changes by chance."""
    for _ in range(chance.choice((1, 1, 2, 5))):
        data = _mutated(data, suffix, seeds.all, chance)
    return data


def _mutated(data: bytes, suffix: str, seeds: Sequence[Files], chance: random.Random) -> bytes:
    start = chance.randint(0, len(data))
    end = min(len(data), start + int(chance.paretovariate(0.7)))
    match chance.randint(0, 8):
        case 0:
            return data[:start] + data[end:]
        case 1:
            return data[:start] + data[start:end] * chance.choice((2, 3, 50, 1000)) + data[end:]
        case 2:
            other = chance.choice(list(chance.choice(seeds).values()))
            at = chance.randint(0, len(other))
            return data[:start] + other[at : at + int(chance.paretovariate(0.5))] + data[end:]
        case 3:
            return data[:start] + bytes(chance.randrange(256) for _ in range(min(end - start, 8) + 1)) + data[end:]
        case 4:
            return _with_line_moved(data, chance)
        case 5:
            return _with_word_replaced(data, chance)
        case 6:
            return data[:start]
        case _ if suffix == ".nix":
            return _at_a_word(data, chance.choice(HOSTILE_NIX), chance)
        case _:
            return _at_a_word(data, chance.choice(HOSTILE_DOCUMENTS), chance)


def _with_line_moved(data: bytes, chance: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    if len(lines) < 2:
        return data + data
    line = lines.pop(chance.randrange(len(lines)))
    lines.insert(chance.randint(0, len(lines)), line)
    return b"".join(lines)


_TOKENS = (
    b"{ } [ ] ( ) ; : = . ... @ , ? // ++ + == -> | |> $ ${ ' '' \" /* */ # rec let in with inherit if else".split()
)


def _with_word_replaced(data: bytes, chance: random.Random) -> bytes:
    words = data.split(b" ")
    words[chance.randrange(len(words))] = chance.choice(_TOKENS)
    return b" ".join(words)


def _at_a_word(data: bytes, text: bytes, chance: random.Random) -> bytes:
    """The data with a text in the place of one word."""
    words = data.split(b" ")
    index = chance.randrange(len(words))
    end = b";" if words[index].rstrip().endswith(b";") else b""
    words[index] = text + end
    return b" ".join(words)


_DOUBLING = b"(builtins.foldl' (a: b: { x = a; y = a; }) { } (builtins.genList (n: n) 40))"
HOSTILE_NIX: tuple[bytes, ...] = (
    b"[" * 700,
    b"[" * 3000 + b"]" * 3000,
    b"(" * 3000 + b"1" + b")" * 3000,
    b"{ a = " * 1500 + b"1" + b"; }" * 1500,
    b"a." * 6000 + b"b",
    b"9" * 5000,
    b"1" + b" + 1" * 3000,
    b'"' + b"${" * 400,
    b'"' + b"x" * 20_000 + b'"',
    b"(let f = n: f (n + 1); in f 0)",
    b"(let f = n: f (n + 1) ++ f (n + 2); in f 0)",
    b"(let f = n: { x = f (n + 1); }; in f 0)",
    b"(let x = { a = x; b = x; }; in builtins.toJSON x)",
    b"(builtins.toJSON " + _DOUBLING + b")",
    b"(" + _DOUBLING + b" == " + _DOUBLING + b")",
    b"(builtins.deepSeq " + _DOUBLING + b" 1)",
    _DOUBLING,
    b"(builtins.genList (a: builtins.genList (b: builtins.genList (c: c) 9999) 9999) 9999)",
    b"(builtins.concatLists (builtins.genList (a: builtins.genList (b: a) 9999) 9999))",
    b"(builtins.genericClosure { startSet = [ { key = 0; } ]; operator = i: [ { key = i.key + 1; } ]; })",
    b'(builtins.fromTOML (builtins.concatStringsSep "." (builtins.genList (n: "a") 9999)))',
    b'(builtins.fromJSON "' + b"[" * 5000 + b'")',
    b'(builtins.fromJSON "' + b"9" * 5000 + b'")',
    b'(builtins.fromTOML "a = ' + b"9" * 5000 + b'")',
    b'(builtins.foldl\' (a: b: a + a) "x" (builtins.genList (n: n) 60))',
    b"(builtins.foldl' (a: b: a ++ a) [ 1 ] (builtins.genList (n: n) 60))",
    b'(builtins.replaceStrings [ "" ] [ "xxxxxxxx" ] (builtins.foldl\' (a: b: a + a) "x" (builtins.genList (n: n) 18)))',
    b'(builtins.match "(a*)*(a*)*b" "' + b"a" * 39 + b'")',
    b"(lib.recursiveUpdate " + _DOUBLING + b" " + _DOUBLING + b")",
    b"(lib.flatten (builtins.foldl' (a: b: [ a a ]) [ ] (builtins.genList (n: n) 40)))",
    b"(builtins.sort (a: b: a < b) (builtins.genList (n: { k = n; }) 9999))",
    b"(lib.unique (builtins.genList (n: n) 9999))",
    b"(lib.cartesianProduct { a = lib.range 1 90; b = lib.range 1 90; c = lib.range 1 90; })",
    b"(import ./.)",
    b"(import ./flake.nix)",
    b"(builtins.readFile ./.)",
    b"(builtins.readDir /.)",
    b"(with " * 600 + b"{ }; 1" + b")" * 600,
    b"(if c then a else b)",
    b"// (let s = { a = s; }; in s)",
    b'"\\ud800"',
    b"\xff\xfe",
    b"\0",
)
"""Expressions that a lazy language takes, and texts that no parser likes; each stands in the place of a word."""
HOSTILE_DOCUMENTS: tuple[bytes, ...] = (
    b"[" * 5000,
    b"{" * 5000,
    b'{"a":' * 5000,
    b"a = " + b"[" * 5000,
    b"a." * 50_000 + b"b = 1",
    b"9" * 5000,
    b"a = " + b"9" * 5000,
    b"1e999999999",
    b'"\\ud800"',
    b"[a.a.a.a]\n" * 2000,
    b"[[a]]\n" * 2000,
    b"null",
    b"{}",
    b'"x"',
    b"\xff\xfe",
    b"\0",
)
"""The same for TOML, JSON and YAML."""
