"""Whatever a configuration says, an answer comes, and it comes soon: what is too much to work out is not known."""

from __future__ import annotations

from cProfile import Profile
from pathlib import Path

import pytest

from nixlint.semantics.language.budget import MAX_VISITS, Budget, spending
from nixlint.semantics.language.interpreter import Interpreter
from nixlint.semantics.language.values import PathValue, UnknownValue
from nixlint.semantics.modules.module_system import Definition, ModuleSystem, Presence
from nixlint.semantics.modules.option_path import OptionPath
from nixlint.semantics.repository.repository import Repository
from nixlint.syntax.source_file import SourceFile

_LISTS = "let " + " ".join(f"l{n + 1} = if c {n} then l{n} else l{n};" for n in range(60))
_SETS = "let " + " ".join(f"s{n + 1} = if c {n} then s{n} else s{n};" for n in range(60))
_MERGES = "let " + " ".join(f"m{n + 1} = lib.mkMerge [ m{n} m{n} ];" for n in range(40))

BOTTOMLESS = {
    "a list that may be one of very many": f"{{ c, ... }}: {_LISTS} l0 = [ ./b.nix ]; in {{ imports = l60; }}",
    "a set that may be one of very many": f"{{ c, ... }}: {_SETS} s0 = {{ a = 1; }}; in {{ x = s60; }}",
    "a condition that may be one of very many": f"{{ lib, c, ... }}: {_SETS} s0 = c 61; in lib.mkIf s60 {{ x = 1; }}",
    "a function that calls itself": "let f = n: [ n ] ++ f (n + 1); in { x.a = builtins.elemAt (f 0) 3; imports = f 0; }",
    "a function that calls itself twice": "let f = n: f (n + 1) ++ f (n + 2); in { imports = f 0; }",
    "a list that doubles": "let d = n: l: if n == 0 then l else d (n - 1) (l ++ l); in { x = d 60 [ 1 ]; }",
    "a text that doubles": 'let d = n: t: if n == 0 then t else d (n - 1) (t + t); in { x.${d 60 "a"} = 1; }',
    "a range without end": "{ x = builtins.genList (n: n) 1000000000000; }",
    "a file that imports itself": "{ imports = [ ./host.nix ]; x = import ./host.nix; }",
    "a file whose value is itself": "import ./host.nix",
    "a set that is its own part": "let s = { a = s; imports = [ s ]; }; in s",
    "modules that make modules": "let m = n: { imports = [ (m (n + 1)) ]; }; in m 0",
}


@pytest.mark.parametrize("text", BOTTOMLESS.values(), ids=BOTTOMLESS.keys())
def test_an_answer_comes_and_does_not_claim_that_nothing_is_there(tmp_path: Path, text: str) -> None:
    (tmp_path / "host.nix").write_text(text, "utf-8")
    (tmp_path / "b.nix").write_text("{ y = 1; }", "utf-8")
    repository = Repository(tmp_path, (tmp_path / "host.nix", tmp_path / "b.nix"))
    system = ModuleSystem((Definition(PathValue(tmp_path / "host.nix"), None),), repository.interpreter())
    assert system.presence(OptionPath.of("x")) in set(Presence)
    assert system.presence(OptionPath.of("y")) in set(Presence)


@pytest.mark.parametrize("function", ["builtins.toJSON", "lib.generators.toJSON { }"])
def test_a_value_that_doubles_is_given_up_soon_when_it_is_written_out(function: str) -> None:
    """Else each of many questions takes a second to come to nothing."""
    doubling = "builtins.foldl' (a: b: { x = a; y = a; }) { } (builtins.genList (n: n) 40)"
    source = SourceFile.parse(Path("/a.nix"), f"with import <nixpkgs> {{ }}; {function} ({doubling})".encode())
    budget = Budget()
    value = Interpreter(lambda _: source, budget=budget).file(source.path)
    assert isinstance(value, UnknownValue)
    assert budget.is_spent
    assert budget.left[1] > MAX_VISITS // 2


_MANY = 1_500


@pytest.mark.parametrize(
    "call",
    [
        "lib.unique l",
        "lib.unique m",
        "lib.allUnique l",
        "lib.subtractLists l m",
        "lib.intersectLists l m",
        "lib.mutuallyExclusive l m",
        "lib.lists.uniqueStrings s",
        "lib.remove 1 l",
        "lib.elem 0 m",
        "builtins.sort (a: b: a > b) l",
        "builtins.genericClosure { startSet = map (key: { inherit key; }) l; operator = _: [ ]; }",
        "lib.toposort (a: b: a < b) l",
        "lib.listDfs true (a: b: a < b) l",
        "lib.groupBy toString l",
        "lib.partition (a: a > 3) l",
        "lib.foldl' (a: b: a ++ [ b ]) [ ] l",
        "lib.foldr (a: b: [ a ] ++ b) [ ] l",
        "lib.concatMap (a: l) l",
        "lib.zipAttrs (map (a: { x = a; }) l)",
        "lib.mergeAttrsList (map (a: { ${toString a} = a; }) l)",
        "lib.compareLists (a: b: 0) l l",
        "lib.genAttrs s (n: s)",
        "builtins.intersectAttrs (lib.genAttrs s (n: 1)) (lib.genAttrs s (n: 2))",
        "lib.naturalSort s",
        "lib.concatStringsSep (lib.concatStrings s) s",
        "builtins.replaceStrings s s (lib.concatStrings s)",
        "lib.recursiveUpdate (lib.genAttrs s (n: { a = n; })) (lib.genAttrs s (n: { b = n; }))",
        "l == map (a: a) l",
    ],
)
def test_once_the_work_is_done_that_may_be_the_rest_is_soon_over(call: str) -> None:
    """What compares each with each must not go on to do so when each comparison comes to nothing."""
    lists = f"l = builtins.genList (n: n) {_MANY}; m = map (n: n + {_MANY}) l; s = map toString l;"
    source = SourceFile.parse(Path("/a.nix"), f"with import <nixpkgs> {{ }}; let {lists} in {call}".encode())
    budget = Budget(steps=_MANY, visits=10 * _MANY, elements=10 * _MANY)
    interpreter = Interpreter(lambda _: source, budget=budget)
    profile = Profile(subcalls=False, builtins=False)
    with spending(budget), profile:
        interpreter.settled(interpreter.file(source.path))
    assert sum(entry.callcount for entry in profile.getstats()) < 200 * _MANY


def test_merges_of_merges_are_counted_no_further_than_is_wanted(tmp_path: Path) -> None:
    (tmp_path / "host.nix").write_text(f"{{ lib, ... }}: {_MERGES} m0 = {{ x = 1; }}; in m40", "utf-8")
    repository = Repository(tmp_path, (tmp_path / "host.nix",))
    system = ModuleSystem((Definition(PathValue(tmp_path / "host.nix"), None),), repository.interpreter())
    assert system.presence(OptionPath.of("x")) is not Presence.ABSENT
