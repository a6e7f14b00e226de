"""The result cache: the file results of the run before that would come to the same again.

A result is kept with what it rests on (:mod:`nixlint.semantics.language.dependencies`), and holds where all of that is as it
was: the content of each file that was read, what stood at each path that was looked at, which files hold some words, and the
facts about the repository. A fact that changed may have been worked out again meanwhile; where its value is the same as
before, what rests on it holds all the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from nixlint.cache.contents import Contents, Known, digest_of
from nixlint.cache.place import CachePlace, name_of, users_folder
from nixlint.cache.shape import (
    Plain,
    Shape,
    below,
    is_count,
    is_flag,
    is_latin,
    is_text,
    list_of,
    maybe,
    one_of,
    row,
    table_of,
)
from nixlint.files.reading import Status
from nixlint.files.tree import Tree
from nixlint.linting.registry import Registry
from nixlint.semantics.language.dependencies import Dependencies, Fact, Mention, Question, Reading, Recorder
from nixlint.semantics.language.file_tree import FileTree
from nixlint.semantics.repository.mentions import Mentions
from nixlint.semantics.repository.repository import read_nix

from .file_result import FileResult
from .file_result_text import PathTable, as_plain, file_result_of, file_result_shape
from .installed_code import digest_of_code
from .request import Caching, Request
from .workspace import Workspace

_FORMAT = 2
_KEYS = frozenset("format contents files looks mentions accounts facts results paths".split())
_LOOKS = tuple(reading.value for reading in Reading if reading is not Reading.CONTENT)


class Learned(NamedTuple):
    """What a copy of a run has looked at, for the run itself to rest on."""

    facts: Mapping[str, Fact]
    answers: Mapping[Question, str]
    seen: Mapping[Path, Known]
    is_stable: bool


class _Account(NamedTuple):
    """What something rests on."""

    contents: tuple[Path, ...]
    looks: tuple[tuple[Question, str], ...]
    mentions: tuple[Mention, ...]
    facts: tuple[str, ...]


class _Fact(NamedTuple):
    account: int
    value: str | None


class _Kept(NamedTuple):
    """A file as it was kept. ``results`` are as JSON gives them: those that hold are taken apart when it is their turn."""

    paths: PathTable
    known: dict[Path, Known]
    files: frozenset[Path]
    mentions: list[Mention]
    accounts: list[_Account]
    facts: dict[str, _Fact]
    results: dict[str, tuple[int, Plain]]


class ResultCache:
    """The results of a workspace: those of the run before, and those of this one.

    ``tree`` is the repository's and ``list_files`` lists its files; ``place`` is where the run before kept its results, and
    this one does. With ``needs_edits``, results with fixes are not replayed, for their edits are not kept; where a run
    ``is_whole``, those that this run did not come to are forgotten.
    """

    def __init__(
        self,
        tree: Tree,
        list_files: Callable[[], tuple[Path, ...]],
        place: CachePlace,
        rules: Iterable[str],
        needs_edits: bool,
        is_whole: bool,
    ) -> None:
        self.recorder = Recorder()
        root = tree.root
        self._root = root
        self._list_files = list_files
        self._place = place
        self._needs_edits = needs_edits
        self._is_whole = is_whole
        self._tree = FileTree(tree)
        self._kept = _loaded(root, place.load())
        self._is_result = file_result_shape(len(self._kept.paths.texts), rules)
        self.contents = Contents(tree, self._kept.known)
        self._mentions = Mentions(partial(read_nix, self.contents))
        self._files: tuple[Path, ...] | None = None
        self._changed: frozenset[Path] | None = None
        self._settled: dict[str, bool] = {}
        self._bad_facts: frozenset[str] | None = None
        self._direct: dict[int, bool] = {}
        self._mentioned: Mapping[tuple[bytes, ...], frozenset[Path]] | None = None
        self._replayed: dict[str, None] = {}
        self._new: dict[str, tuple[Dependencies, FileResult] | None] = {}

    def replay(self, name: str) -> FileResult | None:
        """The result of a name, where it would come to the same again."""
        if name not in self._kept.results:
            return None
        account, plain = self._kept.results[name]
        if not self._holds(account):
            return None
        if not self._is_result(plain):
            return None
        result = file_result_of(plain, self._kept.paths)
        if self._needs_edits and result.has_edits:
            return None
        self._replayed[name] = None
        return result

    def holds(self, name: str) -> bool:
        """Whether there is a result of a name that would come to the same again."""
        return name in self._kept.results and self._holds(self._kept.results[name][0])

    def learned(self) -> Learned:
        """All that this run has looked at."""
        is_stable = self.recorder.is_stable and self.contents.is_stable
        return Learned(self.recorder.facts, self.recorder.answers, self.contents.seen, is_stable)

    def include(self, learned: Learned | None, results: Sequence[tuple[str, FileResult, Dependencies | None]]) -> None:
        """Keep some results, and where a copy of this run has found them, know what it has looked at."""
        if learned is not None:
            recorded = (dependencies for _, _, dependencies in results if dependencies is not None)
            self.recorder.include(learned.facts, learned.answers, recorded)
            self.recorder.is_stable = self.recorder.is_stable and learned.is_stable
            self.contents.include(learned.seen)
        for name, result, dependencies in results:
            self.keep(name, result, dependencies)

    def keep(self, name: str, result: FileResult, dependencies: Dependencies | None) -> None:
        """Keep a result for the next run, unless something went wrong in it: that is looked at anew."""
        self._new[name] = None if result.failures or dependencies is None else (dependencies, result)

    # -- what is as it was --------------------------------------------------------------------------------------

    def mentioning(self, words: tuple[bytes, ...], files: tuple[Path, ...]) -> Iterator[Path]:
        """The files that hold all of some words; what is as it was need not be read again to know."""
        known = self._complete_mentions().get(words)
        if known is None:
            yield from (path for path in files if self._mentions.holds(path, words))
            return
        changed = self._changes()
        for path in files:
            if self._mentions.holds(path, words) if path in changed else path in known:
                yield path

    def _complete_mentions(self) -> Mapping[tuple[bytes, ...], frozenset[Path]]:
        if self._mentioned is None:
            self._mentioned = {
                mention.words: frozenset(mention.found) for mention in self._kept.mentions if mention.is_complete
            }
        return self._mentioned

    def _holds(self, number: int) -> bool:
        if not self._holds_directly(number):
            return False
        facts = self._kept.accounts[number].facts
        return not facts or self._invalid_facts().isdisjoint(facts)

    def _holds_directly(self, number: int) -> bool:
        """Whether everything that an account looked at itself is as it was."""
        if number not in self._direct:
            account = self._kept.accounts[number]
            self._direct[number] = (
                all(self.contents.is_as_known(path) for path in account.contents)
                and all(self._answer(question) == answer for question, answer in account.looks)
                and all(self._is_mentioned_alike(mention) for mention in account.mentions)
            )
        return self._direct[number]

    def _invalid_facts(self) -> frozenset[str]:
        """The facts on which nothing can rest any more. Those that were worked out again are judged by their value."""
        settled = {
            name: fact.value == self._kept.facts[name].value
            for name, fact in self.recorder.facts.items()
            if fact.value is not None and name in self._kept.facts
        }
        if self._bad_facts is None or settled != self._settled:
            self._settled = settled
            self._bad_facts = frozenset(self._spread(settled))
        return self._bad_facts

    def _spread(self, settled: dict[str, bool]) -> set[str]:
        facts = self._kept.facts
        users: dict[str, list[str]] = {}
        for name, fact in facts.items():
            for used in self._kept.accounts[fact.account].facts:
                users.setdefault(used, []).append(name)
        waiting = [
            name
            for name, fact in facts.items()
            if not settled.get(name, True) or (name not in settled and not self._holds_directly(fact.account))
        ]
        waiting.extend(used for used in users if used not in facts)
        bad: set[str] = set()
        while waiting:
            name = waiting.pop()
            if name not in bad:
                bad.add(name)
                waiting.extend(user for user in users.get(name, ()) if not settled.get(user, False))
        return bad

    def _answer(self, question: Question) -> str:
        if question.reading is Reading.FILES:
            return _listing(self._all_files())
        return self._tree.answer(question)

    def _all_files(self) -> tuple[Path, ...]:
        if self._files is None:
            self._files = self._list_files()
        return self._files

    def _changes(self) -> frozenset[Path]:
        """The files of the repository that are new, gone, or not what they were."""
        if self._changed is None:
            now = frozenset(self._all_files())
            changed = {path for path in now & self._kept.files if not self.contents.is_as_known(path)}
            self._changed = (now ^ self._kept.files) | changed
        return self._changed

    def _is_mentioned_alike(self, mention: Mention) -> bool:
        """Whether the same files hold some words as before, as far as somebody looked."""
        if not self._changes():
            return True
        now, found = frozenset(self._all_files()), frozenset(mention.found)
        if not mention.is_complete and not found:
            return True
        for path in self._changes():
            is_seen = mention.is_complete or path <= mention.found[-1]
            if is_seen and (path in found) != (path in now and self._mentions.holds(path, mention.words)):
                return False
        return True

    # -- keeping ------------------------------------------------------------------------------------------------

    def save(self) -> None:
        """Keep the results for the next run, unless somebody changed the files meanwhile, so that nothing is certain."""
        self.recorder.settle()
        if self.recorder.is_stable and self.contents.is_stable and self._is_worth_keeping():
            facts = frozenset(self._kept.facts.keys() - self._invalid_facts())
            writer = _Writer(self._root, self.contents, self._all_files(), self.recorder)
            self._place.save(writer.data(self._kept, self._old_results(), self._new, facts))

    def _is_worth_keeping(self) -> bool:
        """Whether this run knows anything that the run before did not."""
        return any(kept is not None or name in self._kept.results for name, kept in self._new.items()) or any(
            self.contents.known.get(path) != known for path, known in self.contents.seen.items()
        )

    def _old_results(self) -> list[str]:
        return [
            name
            for name, (account, plain) in self._kept.results.items()
            if name not in self._new
            and (name in self._replayed or (not self._is_whole and self._holds(account) and self._is_result(plain)))
        ]


def remembered(workspace: Workspace, tree: Tree, request: Request, registry: Registry) -> ResultCache:
    """What is remembered of a workspace, for the very same rules and configuration."""
    caching = request.caching or Caching()
    configuration = workspace.configuration
    rules = registry.rules.values()
    name = name_of(
        (
            digest_of_code([rule.module for rule in rules]),
            str(workspace.root),
            str(configuration.folder),
            *(f"{key}={value}" for key, value in configuration.as_texts()),
            *(rule.name for rule in rules),
            f"select {None if request.select is None else sorted(request.select)}",
            f"ignore {sorted(request.ignore)}",
            f"pedantic {request.pedantic}",
        )
    )
    return ResultCache(
        tree,
        workspace.list_files,
        CachePlace(caching.folder or users_folder(), name),
        (rule.name for rule in rules),
        caching.needs_edits,
        any(workspace.root.is_relative_to(path) for path in request.paths),
    )


def _listing(files: Iterable[Path]) -> str:
    return digest_of("\0".join(map(str, files)).encode("utf-8", "surrogateescape"))


def _nothing(root: Path) -> _Kept:
    return _Kept(PathTable(root), {}, frozenset(), [], [], {}, {})


def _loaded(root: Path, data: bytes | None) -> _Kept:
    """What was kept; nothing where it makes no sense."""
    if data is None:
        return _nothing(root)
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return _nothing(root)
    return _read(root, document) if _is_document(document) else _nothing(root)


def _is_document(document: Plain) -> bool:
    """Whether values of JSON are what is written here; results are looked at when it is their turn."""
    if type(document) is not dict or document.keys() != _KEYS or document["format"] != _FORMAT:
        return False
    lists = ("paths", "looks", "mentions", "accounts")
    if not all(type(document[key]) is list for key in lists):
        return False
    path, look, mention, account = (below(len(document[key])) for key in lists)
    is_status = maybe(row(is_count, is_count, is_count, is_count))
    shapes: dict[str, Shape] = {
        "paths": list_of(is_text),
        "files": list_of(path),
        "contents": list_of(row(path, is_text, is_status)),
        "looks": list_of(row(one_of(*_LOOKS), path, is_text)),
        "mentions": list_of(row(list_of(is_latin), list_of(path), is_flag)),
        "accounts": list_of(row(list_of(path), list_of(look), list_of(mention), list_of(is_text))),
        "facts": table_of(row(account, maybe(is_text))),
        "results": table_of(row(account, lambda _: True)),
    }
    return all(shape(document[key]) for key, shape in shapes.items())


def _read(root: Path, document: Plain) -> _Kept:
    paths = PathTable(root, document["paths"])
    looks = [(Question(Reading(reading), paths.path(path)), answer) for reading, path, answer in document["looks"]]
    mentions = [
        Mention(tuple(word.encode("latin-1") for word in words), [paths.path(path) for path in found], is_complete)
        for words, found, is_complete in document["mentions"]
    ]
    return _Kept(
        paths,
        {
            paths.path(path): Known(digest, Status(*status) if status else None)
            for path, digest, status in document["contents"]
        },
        frozenset(paths.path(path) for path in document["files"]),
        mentions,
        [
            _Account(
                tuple(paths.path(path) for path in contents),
                tuple(looks[number] for number in seen),
                tuple(mentions[number] for number in said),
                tuple(facts),
            )
            for contents, seen, said, facts in document["accounts"]
        ],
        {name: _Fact(account, value) for name, (account, value) in document["facts"].items()},
        {name: (account, plain) for name, (account, plain) in document["results"].items()},
    )


class _Writer:
    """Puts together what is kept."""

    def __init__(self, root: Path, contents: Contents, files: tuple[Path, ...], recorder: Recorder) -> None:
        self._paths = PathTable(root)
        self.contents = contents
        self._files = files
        self._recorder = recorder
        self._accounts: list[Plain] = []
        self._account_numbers: dict[_Account, int] = {}
        self._looks: dict[tuple[Question, str], int] = {}
        self._mentions: dict[tuple[tuple[bytes, ...], tuple[Path, ...], bool], int] = {}
        self._read: dict[Path, None] = {}
        self._facts: dict[str, Plain] = {}
        self._waiting: list[str] = []
        self._by_identity: dict[tuple[int, int, int], int] = {}

    def data(
        self,
        kept: _Kept,
        old: Iterable[str],
        new: dict[str, tuple[Dependencies, FileResult] | None],
        holding: frozenset[str],
    ) -> bytes:
        results: dict[str, Plain] = {}
        for name in old:
            account, plain = kept.results[name]
            number = self._account(kept.accounts[account])
            results[name] = (number, as_plain(file_result_of(plain, kept.paths), self._paths))
        for name, each in new.items():
            if each is not None:
                results[name] = (self._account_of(each[0]), as_plain(each[1], self._paths))
        while self._waiting:
            self._add_fact(self._waiting.pop(), kept, holding)
        contents = [
            [self._paths.number(path), known.digest, known.status]
            for path in dict.fromkeys((*self._read, *self._files))
            if (known := self._known(path)) is not None
        ]
        document = {
            "format": _FORMAT,
            "contents": contents,
            "files": [self._paths.number(path) for path in self._files],
            "looks": [
                [question.reading.value, self._paths.number(question.path), answer] for question, answer in self._looks
            ],
            "mentions": [
                [[word.decode("latin-1") for word in words], [self._paths.number(path) for path in found], is_complete]
                for words, found, is_complete in self._mentions
            ],
            "accounts": self._accounts,
            "facts": self._facts,
            "results": results,
            "paths": self._paths.texts,
        }
        return json.dumps(document, separators=(",", ":")).encode("ascii")

    def _known(self, path: Path) -> Known | None:
        """The digest of a file; of one that nobody had to read in this run, what the run before knew is true."""
        if path not in self.contents.seen and path not in self.contents.known:
            return None
        self.contents.digest(path)
        return self.contents.seen[path]

    def _account_of(self, dependencies: Dependencies) -> int:
        # What shares an account has the very same dictionaries.
        identity = (id(dependencies.questions), id(dependencies.mentions), id(dependencies.facts))
        if identity not in self._by_identity:
            self._by_identity[identity] = self._account(self._as_account(dependencies))
        return self._by_identity[identity]

    def _as_account(self, dependencies: Dependencies) -> _Account:
        contents: list[Path] = []
        looks: list[tuple[Question, str]] = []
        for question in dependencies.questions:
            match question.reading:
                case Reading.CONTENT:
                    contents.append(question.path)
                case Reading.FILES:
                    looks.append((question, _listing(self._files)))
                case _:
                    looks.append((question, self._recorder.answers[question]))
        mentions = tuple(dependencies.furthest_mentions())
        return _Account(tuple(contents), tuple(looks), mentions, tuple(dependencies.facts))

    def _account(self, account: _Account) -> int:
        plain = [
            [self._paths.number(path) for path in dict.fromkeys(account.contents)],
            [self._looks.setdefault(look, len(self._looks)) for look in dict.fromkeys(account.looks)],
            [self._mention(mention) for mention in account.mentions],
            list(dict.fromkeys(account.facts)),
        ]
        self._read.update(dict.fromkeys(account.contents))
        self._waiting.extend(account.facts)
        self._accounts.append(plain)
        return len(self._accounts) - 1

    def _mention(self, mention: Mention) -> int:
        key = (mention.words, tuple(mention.found), mention.is_complete)
        return self._mentions.setdefault(key, len(self._mentions))

    def _add_fact(self, name: str, kept: _Kept, holding: frozenset[str]) -> None:
        """Write a fact, as it was found in this run, and where it holds still, with what it rested on in the one before."""
        if name in self._facts:
            return
        self._facts[name] = None
        now = self._recorder.facts.get(name)
        before = kept.facts.get(name)
        before = before if name in holding else None
        if now is None:
            if before is not None:
                self._facts[name] = (self._account(kept.accounts[before.account]), before.value)
            else:
                del self._facts[name]
            return
        if before is None or now.value is not None:
            self._facts[name] = (self._account_of(now.dependencies), now.value)
            return
        here, there = self._as_account(now.dependencies), kept.accounts[before.account]
        both = _Account(
            (*here.contents, *there.contents),
            (*here.looks, *there.looks),
            (*here.mentions, *there.mentions),
            (*here.facts, *there.facts),
        )
        self._facts[name] = (self._account(both), None)
