"""Names in an attribute path become others with the smallest edit; what stays is written as it was."""

from __future__ import annotations

import pytest

from nixlint.syntax.edits import apply_edits
from nixlint.syntax.renaming import rename
from nixlint.syntax.views import AttrSet, Binding

from .reading import body, parsed


def renamed(text: str, old: str, new: str) -> str | None:
    """The text with the first names of its first binding's path renamed."""
    file = parsed(text)
    attrset = body(file)
    assert isinstance(attrset, AttrSet)
    binding = attrset.bindings[0]
    assert isinstance(binding, Binding)
    edit = rename(binding.path, old.split("."), [name for name in new.split(".") if name])
    return None if edit is None else apply_edits(file.data, (edit,)).decode()


@pytest.mark.parametrize(
    ("before", "old", "new", "after"),
    [
        ("{ a.b = 1; }", "a.b", "a.c", "{ a.c = 1; }"),
        ("{ a.b.c = 1; }", "a.b", "a.x.y", "{ a.x.y.c = 1; }"),
        ("{ a . b /* x */ . c = 1; }", "a.b.c", "a.c", "{ a . c = 1; }"),
        ("{ a.b.c = 1; }", "a.b.c", "a.b", "{ a.b = 1; }"),
        ("{ a.b = 1; }", "a", "a.x", "{ a.x.b = 1; }"),
        ("{ a = 1; }", "a", "a.x", "{ a.x = 1; }"),
        ('{ "a".b = 1; }', "a.b", "a.max-jobs", '{ "a".max-jobs = 1; }'),
        ("{ a.b = 1; }", "a.b", "a.b c", '{ a."b c" = 1; }'),
    ],
)
def test_only_the_names_that_differ_are_written_anew(before: str, old: str, new: str, after: str) -> None:
    assert renamed(before, old, new) == after


@pytest.mark.parametrize(
    ("before", "old", "new"),
    [
        ("{ a.b = 1; }", "a.c", "a.d"),  # the path has other names
        ("{ ${x}.b = 1; }", "a.b", "a.c"),
        ("{ a = 1; }", "a", ""),  # nothing would be left
        ("{ a.b = 1; }", "a.b", "a.b"),  # nothing changes
    ],
)
def test_refused_where_it_would_take_guessing(before: str, old: str, new: str) -> None:
    assert renamed(before, old, new) is None
