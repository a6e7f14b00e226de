"""Which comments a file has, and where each of them begins and ends."""

from __future__ import annotations

import time
from random import Random

import pytest

from nixlint.syntax.comments import comments, comments_within
from nixlint.syntax.span import Span

from .nix_texts import nix_text
from .reading import parsed


def texts_of(source: str) -> list[str]:
    return [comment.text for comment in comments(parsed(source))]


def test_every_comment_is_found_in_order() -> None:
    source = "# first\n{ lib, # the library\n  ...\n}: /* body */ {\n  # own\n  a = [ 1 /* one */ ]; # two\n}\n# last"
    assert texts_of(source) == [
        "# first",
        "# the library",
        "/* body */",
        "# own",
        "/* one */",
        "# two",
        "# last",
    ]


def test_what_a_string_or_a_path_holds_is_no_comment() -> None:
    assert texts_of("[ \"# a /* b */\" ''\n  # c\n'' \"${x /* d */}# e\" http://x/? ./a ]") == ["/* d */"]


def test_a_block_comment_ends_at_its_first_end() -> None:
    assert texts_of("/**/ 1 /***/ + /* # */ 2 # */") == ["/**/", "/***/", "/* # */", "# */"]
    assert texts_of("/* a\n * b\n */ 1") == ["/* a\n * b\n */"]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_line_comment_ends_before_its_line_end(line_end: str) -> None:
    source = line_end.join(["# one", "1 # two", "# three", ""])
    found = comments(parsed(source))
    assert [comment.text for comment in found] == ["# one", "# two", "# three"]
    assert [source[comment.span.start : comment.span.end] for comment in found] == ["# one", "# two", "# three"]


def test_a_comment_knows_its_kind_and_whether_something_stands_before_it() -> None:
    found = comments(parsed("# a\n\t /* b */ 1 # c\n  /* d\n */ # e\n"))
    assert [(comment.text, comment.is_line, comment.own_line) for comment in found] == [
        ("# a", True, True),
        ("/* b */", False, True),
        ("# c", True, False),
        ("/* d\n */", False, True),
        ("# e", True, False),
    ]


def test_bytes_that_are_no_utf_8_are_kept_in_a_comment() -> None:
    (comment,) = comments(parsed(b"1 # caf\xe9\n"))
    assert comment.text.encode("utf-8", "surrogateescape") == b"# caf\xe9"


def test_a_text_without_comments_has_none() -> None:
    assert texts_of("{ a = 2 * 3; }") == []


def test_a_range_has_the_comments_that_share_a_byte_with_it() -> None:
    source = "# one\n1 # two\n"
    file = parsed(source)

    def within(start: int, end: int) -> list[str]:
        return [comment.text for comment in comments_within(file, Span(start, end))]

    assert within(0, len(source)) == ["# one", "# two"]
    assert within(4, 7) == ["# one"], "the last letter, the line end and the number"
    assert within(2, 3) == ["# one"], "inside"
    assert within(5, 8) == [], "only the line end and the number"
    assert within(2, 2) == [], "nothing"
    assert within(12, 14) == ["# two"], "up to the end of the file"


@pytest.mark.parametrize("seed", range(3))
def test_the_comments_of_any_range_are_those_of_the_file_that_overlap_it(seed: int) -> None:
    random = Random(seed)
    for _ in range(400):
        pieces = [nix_text(random), random.choice((b" # c\n", b"/* d */", b"#\r\n", b"\n#\n", b"/*\n**/"))]
        data = b"".join(random.sample(pieces, k=2)) + nix_text(random)
        file = parsed(data)
        start = random.randrange(len(data))
        span = Span(start, random.randrange(start, len(data)) + 1)
        expected = [comment for comment in comments(file) if comment.span.overlaps(span)]
        assert list(comments_within(file, span)) == expected, (data, span)


@pytest.mark.parametrize("piece", ["#\n", "  /**/\r\n"])
def test_the_cost_grows_with_the_length_and_no_faster(piece: str) -> None:
    file = parsed(piece * (800_000 // len(piece)))
    started = time.process_time()
    comments(file)
    assert time.process_time() - started < 4
