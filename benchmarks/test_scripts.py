"""Read the scripts of the NixOS tests in repositories, and hold what nixlint says of places in them to the truth.

    python benchmarks/test_scripts.py [--plant] [--unread] FOLDER...

Each folder is one repository. It counts the definitions of ``testScript`` that are read, what Python accepts, and the
scripts that come back byte for byte through the lossless form. ``--unread`` prints the definitions that are not read.

With ``--plant``, a character that Python has no use for is planted before every line of every script, one at a time, and has
to be found there: at its line and column of the Nix file. Within a string of the script it is a part of the string; there
the script must stay as good as it was.
"""

from __future__ import annotations

import io
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import libcst

from nixlint.files.overlay import Overlay
from nixlint.files.tree import Tree
from nixlint.linting.run.discovery import Listing
from nixlint.python_in_nix.lossless import edits_between
from nixlint.python_in_nix.program_text import ProgramText
from nixlint.python_in_nix.test_script import TestScript, test_scripts
from nixlint.semantics.repository.repository import NotNix, Repository
from nixlint.syntax import views
from nixlint.syntax.problems import find_problems, is_refused
from nixlint.syntax.source_file import SourceFile
from nixlint.syntax.span import Span
from nixlint.syntax.string_literal import static_name

PLANTED = "€"
"""No Python program may have it but in a string or a comment."""


def main(arguments: list[str]) -> None:
    """Measure the repositories that are named, one after the other."""
    options = {argument for argument in arguments if argument.startswith("--")}
    counts: Counter[str] = Counter()
    for folder in (Path(argument).resolve() for argument in arguments if argument not in options):
        counts["repositories"] += 1
        _measure(folder, options, counts)
    for name, count in counts.items():
        print(f"{count:7} {name}")


def _measure(root: Path, options: set[str], counts: Counter[str]) -> None:
    files = Listing(str).below(root)
    tree = Tree(root)
    for path in files:
        try:
            data = tree.read(path)
        except OSError:
            continue
        if b"testScript" not in data:
            continue
        repository = Repository(root, files, tree)
        try:
            source = repository.open(path)
        except (OSError, NotNix):
            continue
        if is_refused(find_problems(source)):
            counts["files that Nix refuses"] += 1
            continue
        scripts = tuple(test_scripts(source, repository))
        counts["files"] += 1
        _count_unread(source, scripts, options, counts)
        for number, script in enumerate(scripts):
            _judge(script, counts)
            if "--plant" in options and script.program.tree is not None:
                for line in range(1, script.text.data.count(b"\n") + 2):
                    _plant(line, number, script, Repository(root, files, tree), counts)


def _count_unread(source: SourceFile, scripts: tuple[TestScript, ...], options: set[str], counts: Counter[str]) -> None:
    read = {script.place.span.start for script in scripts}
    for binding in views.bindings_named(source, "testScript"):
        name = binding.path.names[0]
        if static_name(name) != "testScript":
            continue
        counts["definitions"] += 1
        if name.span.start not in read:
            counts["definitions that are not read"] += 1
            if "--unread" in options:
                text = " ".join(binding.text.split())[:90]
                print(f"{source.path}:{source.position(name.span.start).line}: {text}")


def _judge(script: TestScript, counts: Counter[str]) -> None:
    text = script.text
    counts["scripts"] += 1
    counts["scripts with a part that is not known"] += not text.is_whole
    counts["scripts that may have further statements"] += script.is_open
    if script.program.tree is None:
        counts["scripts that Python refuses as they are read"] += 1
        print(f"{script.place.path}: {script.program.problem}")
        return
    counts["scripts that come back byte for byte"] += _comes_back(text)


def _comes_back(text: ProgramText) -> bool:
    try:
        written = libcst.parse_module(text.data).bytes
    except libcst.ParserSyntaxError:
        return False
    return written == text.data and edits_between(text, written) == ()


def _plant(line: int, number: int, script: TestScript, repository: Repository, counts: Counter[str]) -> None:
    """Plant the character before a line of a script, and look where it is found."""
    at = script.text.offset(line, 0)
    first = script.text.line_span(line)
    indent = len(script.text.data[first.start : first.end]) - len(script.text.data[first.start : first.end].lstrip())
    spot = Span(at + indent, at + indent + 1)
    if first.end - first.start <= indent or not script.text.is_verbatim(spot):
        return
    place = script.text.place(spot)
    source = None if place is None else repository.source(place.path)
    if place is None or (source is None and place.path == script.place.path):
        return
    old = Tree(repository.root).read(place.path)
    new = old[: place.span.start] + PLANTED.encode() + old[place.span.start :]
    reader = Overlay({place.path: new}, Tree(repository.root))
    planted = Repository(repository.root, repository.files, reader)
    scripts = tuple(test_scripts(planted.open(script.place.path), planted))
    if number >= len(scripts):
        counts["planted in a script that is then not read"] += 1
        return
    problem = scripts[number].program.problem
    if _is_in_string(script.text.text, at + indent):
        counts["planted within a string"] += 1
        counts["of these, called an error"] += problem is not None
        return
    counts["planted"] += 1
    found = None if problem is None else scripts[number].where(problem.span)
    is_there = found is not None and found.path == place.path and found.span.start == place.span.start
    counts["planted and found at the very place"] += is_there
    if not is_there:
        where = source.position(place.span.start) if source is not None else place.span.start
        print(f"{place.path}:{where}: {problem}")


def _is_in_string(text: str, offset: int) -> bool:
    """Whether an offset in bytes is within a string or a comment of a program."""
    data = text.encode("utf-8", "surrogateescape")
    line = data.count(b"\n", 0, offset) + 1
    column = len(data[data.rfind(b"\n", 0, offset) + 1 : offset].decode("utf-8", "surrogateescape"))
    return any(start < (line, column) < end for start, end in _strings(text))


def _strings(text: str) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in (tokenize.STRING, tokenize.COMMENT):
            yield token.start, token.end


if __name__ == "__main__":
    sys.setrecursionlimit(10_000)
    main(sys.argv[1:])
