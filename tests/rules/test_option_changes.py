"""The data of renamed and removed options holds together, and rules see it where NixOS does."""

from __future__ import annotations

import json
import re

import pytest

from nixlint.semantics.modules.option_history import _DATA, Removed, Renamed, nixos_history
from nixlint.syntax.words import words_of
from rules.migration.option_changes import old_names


def test_every_change_has_a_release_a_source_and_an_outcome() -> None:
    changes = nixos_history().changes
    assert len(changes) > 300
    for change in changes:
        assert re.fullmatch(r"\d\d\.(03|05|09|11)", change.since), change
        assert change.source.startswith(("nixos/modules/", "nixos/doc/")), change
        match change.what:
            case Renamed(new, _):
                assert new != change.old, change
            case Removed(advice, _):
                assert advice, change


def test_no_option_is_told_of_twice() -> None:
    olds = [change.old for change in nixos_history().changes]
    assert len(olds) == len(set(olds))


def test_no_new_name_is_an_old_one_of_the_same_or_an_earlier_release() -> None:
    since = {change.old: change.since for change in nixos_history().changes}
    for change in nixos_history().changes:
        if isinstance(change.what, Renamed):
            assert since.get(change.what.new, "99.05") > change.since, change


@pytest.mark.parametrize("kind", [Renamed, Removed])
def test_the_last_name_of_every_old_option_is_a_word_that_is_looked_for(kind: type[object]) -> None:
    for change in nixos_history().changes:
        if isinstance(change.what, kind):
            words = words_of(change.old[-1].encode())
            assert words
            assert words <= old_names(kind).by_last.keys()


def test_every_release_has_a_source_that_the_data_explains() -> None:
    document = json.loads(_DATA.read_text("utf-8"))
    assert {group["release"] for group in document["changes"]} == set(document["releases"])


@pytest.mark.parametrize("option", ["services.redis.port", "services.nextcloud.globalProfiles"])
def test_a_new_name_that_needs_quotes_is_one_name(option: str) -> None:
    (change,) = (change for change in nixos_history().changes if ".".join(change.old) == option)
    assert isinstance(change.what, Renamed)
    assert not {"servers", "settings"}.isdisjoint(change.what.new)
    assert change.what.new[3] in ("", "profile.enabled")
