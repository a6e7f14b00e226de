"""An option has the same answer by each of the names that it has had."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from nixlint.semantics.language.values import PathValue
from nixlint.semantics.modules.module_system import Answer, Definition, ModuleSystem, Presence
from nixlint.semantics.modules.option_history import (
    NO_HISTORY,
    Change,
    ContradictoryHistory,
    OptionHistory,
    Renamed,
    nixos_history,
    read_changes,
)
from nixlint.semantics.modules.option_path import OptionPath
from nixlint.semantics.modules.option_query import ask_pattern
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax.string_literal import attr_name_literal
from tests.semantics.language.known_values import as_json

_RENAMED = [
    change for change in nixos_history().changes if isinstance(change.what, Renamed) and change.what.is_same_value
]
_FIFTY = random.Random(20260601).sample(_RENAMED, 50)


def _written(names: tuple[str, ...]) -> str:
    return ".".join(map(attr_name_literal, names))


def _system(folder: Path, text: str, **files: str) -> ModuleSystem:
    for name, content in files.items():
        (folder / f"{name}.nix").write_text(content, "utf-8")
    path = folder / "configuration.nix"
    path.write_text(text, "utf-8")
    repository = Repository(folder, (path,))
    return ModuleSystem((Definition(PathValue(path), None),), repository.interpreter())


def _told(answer: Answer) -> list[tuple[object, int]]:
    return [(as_json(found.value), found.priority) for found in answer.definitions]


@pytest.mark.parametrize("change", _FIFTY, ids=lambda change: ".".join(change.old))
def test_the_old_and_the_new_name_of_an_option_are_one_option(change: Change, tmp_path: Path) -> None:
    assert isinstance(change.what, Renamed)
    old, new = change.old, change.what.new
    for value in ('"x"', 'lib.mkForce "x"', 'lib.mkIf false "x"', 'lib.mkMerge [ "x" (lib.mkDefault "y") ]'):
        by_old = _system(tmp_path, f"{{ lib, ... }}: {{ {_written(old)} = {value}; }}")
        by_new = _system(tmp_path, f"{{ lib, ... }}: {{ {_written(new)} = {value}; }}")
        for asked in (old, new):
            answers = [system.ask(OptionPath(asked)) for system in (by_old, by_new)]
            assert _told(answers[0]) == _told(answers[1]), (asked, value)
            assert answers[0].presence is answers[1].presence
        assert by_old.presence(OptionPath((*new, "below"))) is by_new.presence(OptionPath((*new, "below")))


def test_the_sets_around_the_new_name_hold_what_the_old_one_defines(tmp_path: Path) -> None:
    system = _system(tmp_path, "{ services.gitea.httpPort = 8080; services.gitea.settings.server.DOMAIN = ''a''; }")
    (settings, carried) = system.definitions(OptionPath.of("services", "gitea", "settings"))
    assert as_json(settings.value) == {"server": {"DOMAIN": "a"}}
    assert as_json(carried.value) == {"server": {"HTTP_PORT": 8080}}
    names = [name for name, _ in system.children(OptionPath.of("services", "gitea", "settings", "server"))]
    assert names == ["DOMAIN", "HTTP_PORT"]


def test_definitions_by_both_names_compete_by_priority(tmp_path: Path) -> None:
    text = "{ lib, ... }: { services.gitea.httpPort = lib.mkForce 1; services.gitea.settings.server.HTTP_PORT = 2; }"
    answer = _system(tmp_path, text).ask(OptionPath.of("services", "gitea", "settings", "server", "HTTP_PORT"))
    assert answer.value is not None
    assert as_json(answer.value) == 1


def test_config_gives_the_value_by_either_name(tmp_path: Path) -> None:
    text = """{ config, ... }: {
      services.gitea.httpPort = 8080;
      a = config.services.gitea.settings.server.HTTP_PORT;
      b = config.services.gitea.httpPort;
    }"""
    system = _system(tmp_path, text)
    for name in "ab":
        (definition,) = system.definitions(OptionPath.of(name))
        assert as_json(definition.value) == 8080


def test_a_value_of_another_kind_is_an_obstacle_and_never_absent(tmp_path: Path) -> None:
    changed = next(
        change for change in nixos_history().changes if isinstance(change.what, Renamed) and not change.what[1]
    )
    assert isinstance(changed.what, Renamed)
    system = _system(tmp_path, f"{{ {_written(changed.old)} = 1; }}")
    answer = system.ask(OptionPath(changed.what.new))
    assert answer.presence is Presence.MAYBE
    assert not answer.definitions
    assert ".".join(changed.old) in answer.obstacles[0].reason
    assert system.presence(OptionPath(changed.what.new[:-1])) is Presence.MAYBE
    assert system.presence(OptionPath.of("networking", "hostName")) is Presence.ABSENT


def test_a_set_that_is_not_known_may_define_an_option_by_its_old_name(tmp_path: Path) -> None:
    system = _system(tmp_path, "{ pkgs, ... }: { hardware.pulseaudio = pkgs.x; }")
    assert system.presence(OptionPath.of("services", "pulseaudio", "enable")) is Presence.MAYBE
    assert system.presence(OptionPath.of("services", "pulseaudio")) is Presence.DEFINED


def test_an_option_that_the_repository_declares_itself_is_no_old_name(tmp_path: Path) -> None:
    text = """{ lib, ... }: {
      options.services.gitea.httpPort = lib.mkOption { default = 1; description = "mine"; };
      config.services.gitea.httpPort = 8080;
    }"""
    system = _system(tmp_path, text)
    assert system.presence(OptionPath.of("services", "gitea", "settings", "server", "HTTP_PORT")) is Presence.ABSENT
    assert system.presence(OptionPath.of("services", "gitea", "httpPort")) is Presence.DEFINED


def test_a_module_that_is_disabled_hands_nothing_on(tmp_path: Path) -> None:
    text = '{ disabledModules = [ "services/misc/gitea.nix" ]; services.gitea.httpPort = 8080; }'
    system = _system(tmp_path, text)
    assert system.presence(OptionPath.of("services", "gitea", "settings", "server", "HTTP_PORT")) is Presence.ABSENT


def test_other_module_systems_have_other_options(tmp_path: Path) -> None:
    text = "{ home-manager.users.a.services.gitea.httpPort = 1; containers.b.config.services.gitea.httpPort = 2; }"
    path = tmp_path / "configuration.nix"
    system = _system(tmp_path, text)
    interpreter = Repository(tmp_path, (path,)).interpreter()
    asked = ("services", "gitea", "settings", "server", "HTTP_PORT")
    (home,) = ask_pattern(system, ("home-manager", "users", "a", *asked), interpreter)
    (container,) = ask_pattern(system, ("containers", "*", "config", *asked), interpreter)
    assert home.answer.presence is Presence.ABSENT
    assert str(container.option).startswith("containers.b.config.services.gitea.settings")
    assert [as_json(found.value) for found in container.answer.definitions] == [2]


def test_an_option_is_shown_by_the_name_that_was_asked_for(tmp_path: Path) -> None:
    system = _system(tmp_path, "{ containers.b.config.hardware.opengl.extraPackages = [ 1 ]; }")
    interpreter = Repository(tmp_path, ()).interpreter()
    pattern = ("containers", "*", "config", "hardware", "opengl", "extraPackages")
    (asked,) = ask_pattern(system, pattern, interpreter)
    assert str(asked.option) == "containers.b.config.hardware.opengl.extraPackages"
    assert asked.answer.presence is Presence.DEFINED


def test_a_chain_of_names_leads_to_the_last_one() -> None:
    history = OptionHistory(
        read_changes(
            [
                {"since": "24.05", "source": "nixos/modules/a.nix", "renamed": {"a.b": "c.d"}},
                {"since": "26.11", "source": "nixos/modules/a.nix", "renamed": {"c.d": "e.f", "g": "e.f"}},
            ]
        )
    )
    assert history.current(("a", "b", "x")) == ("e", "f", "x")
    spellings = [(spelling.change.old, spelling.below) for spelling in history.spellings(("e", "f", "x"))]
    assert spellings == [(("c", "d"), ("x",)), (("g",), ("x",)), (("a", "b"), ("x",))]
    assert {change.old for change in history.below(("e",))} == {("c", "d"), ("g",)}


def test_names_that_go_round_in_circles_come_to_an_end() -> None:
    groups = [{"since": "24.05", "source": "nixos/modules/a.nix", "renamed": {"a.b": "c.d", "c.d": "a.b", "e": "e.f"}}]
    history = OptionHistory(read_changes(groups))
    assert history.current(("a", "b")) in {("a", "b"), ("c", "d")}
    assert history.current(("e",)) == ("e",)
    assert len(list(history.spellings(("a", "b")))) < 20


def test_an_option_below_one_that_was_changed_as_a_whole_contradicts_it() -> None:
    groups = [{"since": "24.05", "source": "nixos/modules/a.nix", "renamed": {"a": "b", "a.c": "d"}}]
    with pytest.raises(ContradictoryHistory, match=r"a\.c stands below a"):
        OptionHistory(read_changes(groups))
    assert NO_HISTORY.current(("a",)) == ("a",)


def test_a_change_of_any_name_is_that_of_the_option_asked_for() -> None:
    history = OptionHistory(
        [Change(("a", "*", "old"), "25.05", "x.nix", Renamed(("a", "*", "new"), is_same_value=True))]
    )
    change = history.change_at(("a", "alice", "old"))

    assert change is not None
    assert (change.old, change.what) == (("a", "alice", "old"), Renamed(("a", "alice", "new"), is_same_value=True))
    assert history.current(("a", "alice", "old", "below")) == ("a", "alice", "new", "below")
    assert [spelling.change.old for spelling in history.spellings(("a", "bob", "new"))] == [("a", "bob", "old")]
    assert history.change_at(("a", None, "old")) is None
    assert history.change_at(("a", "alice", "new")) is None
