"""Patterns of ``.gitignore``: they mean what they mean to git, and cost no more than their length."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nixlint.files.ignore_patterns import BadPattern, IgnorePatterns, PathPatterns, as_bytes

_PIECES = st.sampled_from(
    ("*", "**", "/", "/**/", "?", "[ab]", "[!a]", "[^a-c]", "[]a]", "[a-]", "[[:alpha:]]", "[/a]", "\\", "\\*", "\\/",
     "a", "b", "ab", "c", ".", "é", "!", "#", " ", "[", "]", "-", "[a", "[z-a]", "[[:x:]]", "[[:a]", "[\\]a]")
)  # fmt: skip
_PATTERNS = st.lists(_PIECES, min_size=1, max_size=5).map("".join)
_NAMES = ("a", "b", "ab", "abc", "a*", "é", "[", "]", "a-b", "-", " ", "a ", "!a", "#b", "z", "\\")
_PATHS = st.lists(st.sampled_from(_NAMES), min_size=1, max_size=4).map("/".join)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "-q", folder], check=True)
    return folder


def by_git(repository: Path, patterns: str, paths: list[str]) -> dict[str, bool]:
    """Which paths of files git takes for ignored; those that are not there are files to it."""
    (repository / ".gitignore").write_bytes(os.fsencode(patterns))
    ran = subprocess.run(
        ["git", "check-ignore", "--no-index", "--verbose", "--non-matching", "-z", "--stdin"],
        cwd=repository,
        input=b"\0".join(map(os.fsencode, paths)) + b"\0",
        capture_output=True,
        check=False,
    )
    fields = ran.stdout.split(b"\0")[:-1]
    assert len(fields) == 4 * len(paths), ran.stderr
    found = {}
    for at in range(0, len(fields), 4):
        pattern = fields[at + 2]
        found[os.fsdecode(fields[at + 3])] = bool(pattern) and not pattern.startswith(b"!")
    return found


def by_us(patterns: str, path: str) -> bool:
    rules = IgnorePatterns.of_file(os.fsencode(patterns))
    text = as_bytes(path)
    parts = text.split("/")
    for depth in range(1, len(parts)):
        folder = "/".join(parts[:depth])
        if rules.verdict(folder, parts[depth - 1], is_folder=True):
            return True
    return bool(rules.verdict(text, parts[-1], is_folder=False))


@given(st.lists(_PATTERNS, min_size=1, max_size=4), st.lists(_PATHS, min_size=1, max_size=12, unique=True))
@settings(max_examples=int(os.environ.get("NIXLINT_EXAMPLES", "120")))
@example(["foo**/b"], ["foo/x/b", "foob", "fo/b"])
@example(["**\\/a"], ["a", "b/a"])
@example(["a*/**"], ["ab", "ab/c"])
@example(["a ", "b\\ ", "\\!a", "\\#b"], ["a", "a ", "b ", "!a", "#b"])
@example(["*", "!/a", "!*/"], ["a", "a/b", "b"])
@example(["é?", "?"], ["é", "a", "éa"])
def test_patterns_mean_what_they_mean_to_git(repository: Path, patterns: list[str], paths: list[str]) -> None:
    text = "\n".join(patterns)

    assert {path: by_us(text, path) for path in paths} == by_git(repository, text, paths)


@pytest.mark.parametrize(
    "pattern",
    [
        "*a" * 120 + "b",
        "[ab]*" * 120 + "c",
        "?*" * 120 + "b",
        "/" + "**/a/" * 60 + "b",
        "**/" * 500 + "b",
        "/*a*/" * 200,
    ],
)
def test_no_pattern_takes_long(pattern: str) -> None:
    matcher = PathPatterns([pattern])
    paths = ["a" * 250, "/".join("a" * 1000), "/".join(["a" * 250] * 8)]
    began = time.process_time()

    for path in paths * 10:
        matcher.match(path)

    assert time.process_time() - began < 2


def test_what_is_in_a_matched_folder_is_matched() -> None:
    matcher = PathPatterns(["vendor/", "/out", "!vendor/kept.nix"])

    assert matcher.match("a/vendor/b/c.nix")
    assert matcher.match("vendor/kept.nix")
    assert matcher.match("out/x.nix")
    assert not matcher.match("a/out/x.nix")
    assert not matcher.match("vendor")


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("\\", "a backslash at its end stands for nothing"),
        ("!", "it names nothing"),
        ("/", "it names nothing"),
        ("a[b", "a '[' has no ']'"),
        ("a[", "a '[' has no ']'"),
        ("[[:letter:]]", "there is no class of characters 'letter'"),
    ],
)
def test_a_pattern_that_can_match_nothing_is_said_to_be_bad(pattern: str, reason: str) -> None:
    with pytest.raises(BadPattern) as raised:
        PathPatterns([pattern])

    assert str(raised.value) == f"the pattern '{pattern}' matches nothing: {reason}"
    assert IgnorePatterns.of_file(f"{pattern}\na\n".encode()).verdict("a", "a", is_folder=False)
