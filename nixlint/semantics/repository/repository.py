"""A repository of Nix files, and the questions that can be asked of it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from copy import copy
from functools import partial
from pathlib import Path
from typing import TypeVar

from nixlint.files.reading import Reader, TooLarge
from nixlint.files.tree import Tree
from nixlint.semantics.language.budget import Budget, spending_apart
from nixlint.semantics.language.dependencies import Dependencies, Mention, Question, Reading, Recorder, text_of
from nixlint.semantics.language.file_tree import FileTree
from nixlint.semantics.language.interpreter import Interpreter
from nixlint.syntax.file_kind import FileKind, recognise
from nixlint.syntax.source_file import SourceFile

from .mentions import Mentions

T = TypeVar("T")

_KEPT_BYTES = 2_000_000
"""How many bytes of source are kept parsed at a time, so that memory does not grow with the repository."""


class NotNix(OSError):
    """A file named ``.nix`` holds something else."""

    def __init__(self, kind: FileKind) -> None:
        super().__init__(kind.reason)
        self.kind = kind


def read_nix(reader: Reader, path: Path) -> bytes:
    """The bytes of a file of Nix. Raises :class:`OSError`, and :class:`NotNix` where it is something else."""
    try:
        data = reader.read(path)
    except TooLarge:
        raise NotNix(FileKind.OVERSIZED) from None
    kind = recognise(data)
    if kind is not FileKind.NIX:
        raise NotNix(kind)
    return data


class Repository:
    """The files of a repository, parsed on demand.

    ``root`` is the repository's folder and ``files`` its Nix files, as absolute paths, or what lists them; they are not
    gone through before a question needs all of them. ``reader`` reads them; without one, the folder's own
    :class:`~nixlint.files.tree.Tree` does. ``target_release`` is the NixOS release that the user says the repository is for
    (``nixos-release`` in ``nixlint.toml``), such as ``26.05``.

    ``recorder`` records what answers rest on; ``mentioning`` says which of some files hold some words, where somebody knows
    better than to read them all.
    """

    def __init__(
        self,
        root: Path,
        files: Iterable[Path] | Callable[[], Iterable[Path]],
        reader: Reader | None = None,
        target_release: str | None = None,
        recorder: Recorder | None = None,
        mentioning: Callable[[tuple[bytes, ...], tuple[Path, ...]], Iterator[Path]] | None = None,
    ) -> None:
        self.root = root
        self.target_release = target_release
        self._files = files
        self._listed: list[tuple[Path, ...]] = []
        self._tree = Tree(root)
        self._reader: Reader = reader or self._tree
        self._mentions = Mentions(partial(read_nix, self._reader))
        self._sources = _Sources()
        self._remembered: dict[type, object] = {}
        self._of_turn: dict[type, object] = {}
        self._recorder = recorder
        self._mentioning = mentioning or self._read_for_words
        self._account: Dependencies | None = None
        self._bound_as: str | None = None

    @property
    def files(self) -> tuple[Path, ...]:
        """All Nix files of the repository."""
        self._note(Question(Reading.FILES, self.root))
        return self._all_files()

    def list_files(self) -> None:
        """List the files now, and not when a question needs them."""
        self._all_files()

    def source(self, path: Path) -> SourceFile | None:
        """The parsed file at an absolute path, or ``None`` where there is no readable Nix."""
        self._note(Question(Reading.CONTENT, path))
        if path in self._sources:
            return self._sources.get(path)
        try:
            return self.open(path)
        except OSError:
            self._sources.keep(path, None)
            return None

    def open(self, path: Path) -> SourceFile:
        """The parsed file at an absolute path. Raises :class:`OSError` where there is no readable Nix."""
        self._note(Question(Reading.CONTENT, path))
        source = self._sources.get(path)
        if source is None:
            data = self._mentions.take(path) or read_nix(self._reader, path)
            self._mentions.learn(path, data)
            source = SourceFile.parse(path, data)
        self._sources.keep(path, source)
        return source

    def data(self, path: Path) -> bytes | None:
        """The bytes of a file of Nix, which is not parsed for it; ``None`` where there is no readable Nix."""
        self._note(Question(Reading.CONTENT, path))
        source = self._sources.get(path)
        if source is not None:
            return source.data
        try:
            return self._mentions.data(path)
        except OSError:
            return None

    def text(self, path: Path) -> str | None:
        """The text of a file of the repository that may not be Nix; ``None`` where it cannot be known."""
        return self.file_tree().text(path)

    def file_tree(self) -> FileTree:
        """The files of the repository, whatever they are; what is looked at there is recorded."""
        return FileTree(self._tree, self._reader, None if self._recorder is None else self._note)

    def interpreter(self) -> Interpreter:
        """An interpreter that follows imports within the repository, with an amount of work of its own."""
        return Interpreter(self._importable, self.file_tree())

    def files_mentioning(self, *words: bytes) -> Iterator[Path]:
        """The files that hold all of these bytes; each is read once for it and not kept."""
        mention = Mention(words)
        account = self._open_account()
        if account is not None:
            account.mentions.setdefault(words, []).append(mention)
        for path in self._mentioning(words, self._all_files()):
            mention.found.append(path)
            yield path
        mention.is_complete = True

    def mentions(self, *words: bytes) -> bool:
        """Whether any file holds all of these bytes: where none does, nothing here is about what they name."""
        return any(True for _ in self.files_mentioning(*words))

    def remember(self, kind: type[T], compute: Callable[[], T]) -> T:
        """A fact about the whole repository, one of each kind, worked out when it is first asked for.

        Where a kind has a method ``as_plain``, that gives all that others see of it, as a value made of plain parts.
        """
        name = f"{kind.__module__}.{kind.__qualname__}"
        if kind not in self._remembered:
            # How much of it can be worked out must not depend on what the one who asks first has left.
            with self._recording_fact(name), spending_apart(Budget.without_limit()):
                self._remembered[kind] = compute()
            if self._recorder is not None:
                value = self._remembered[kind]
                fact = self._recorder.facts[name]
                fact.value = text_of(value.as_plain() if hasattr(value, "as_plain") else value)
                if self._bound_as is not None:
                    # What it was worked out from may have gone to the account that this repository is bound to.
                    fact.dependencies.facts[self._bound_as] = None
        account = self._open_account()
        if account is not None:
            account.facts[name] = None
        value = self._remembered[kind]
        assert isinstance(value, kind)
        return value

    def remember_for_turn(self, kind: type[T], compute: Callable[[], T]) -> T:
        """Something that subjects of one file have in common; it is let go when the file has had its turn."""
        if kind not in self._of_turn:
            self._of_turn[kind] = compute()
        value = self._of_turn[kind]
        assert isinstance(value, kind)
        return value

    @contextmanager
    def recording(self) -> Iterator[Dependencies | None]:
        """The turn of one file, or of what no file holds alone: what its answers rest on, if anybody wants to know."""
        self._of_turn.clear()
        if self._recorder is None:
            yield None
            return
        with self._recorder.recording() as dependencies:
            yield dependencies

    def bound_to(self, name: str) -> Repository:
        """This repository, where whatever is worked out in it, whenever that is, is recorded for the fact of a name."""
        if self._recorder is None:
            return self
        bound = copy(self)
        bound._account = self._recorder.fact(name, is_bound=True).dependencies
        bound._bound_as = name
        account = self._open_account()
        if account is not None:
            account.facts[name] = None
        return bound

    def unbound(self) -> Repository:
        """This repository, where what is worked out is recorded for whoever has a turn."""
        if self._account is None:
            return self
        free = copy(self)
        free._account = free._bound_as = None
        return free

    def _recording_fact(self, name: str) -> AbstractContextManager[None]:
        if self._recorder is None:
            return nullcontext()
        return self._recorder.recording_for(self._recorder.fact(name).dependencies)

    def _open_account(self) -> Dependencies | None:
        if self._account is not None or self._recorder is None:
            return self._account
        return self._recorder.current()

    def _note(self, question: Question, answer: str | None = None) -> None:
        if self._recorder is not None:
            self._recorder.note(self._open_account(), question, answer)

    def _all_files(self) -> tuple[Path, ...]:
        if not self._listed:
            self._listed.append(tuple(self._files() if callable(self._files) else self._files))
        return self._listed[0]

    def _read_for_words(self, words: tuple[bytes, ...], files: tuple[Path, ...]) -> Iterator[Path]:
        return (path for path in files if self._mentions.holds(path, words))

    def _importable(self, path: Path) -> SourceFile | None:
        return self.source(path) if path.is_relative_to(self.root) else None


class _Sources:
    """Parsed files, the last ones that were used."""

    def __init__(self) -> None:
        self._sources: OrderedDict[Path, SourceFile | None] = OrderedDict()
        self._kept = 0

    def __contains__(self, path: Path) -> bool:
        return path in self._sources

    def get(self, path: Path) -> SourceFile | None:
        """The file at a path, if it is kept and readable; it is then the one that was used last."""
        if path in self._sources:
            self._sources.move_to_end(path)
        return self._sources.get(path)

    def keep(self, path: Path, source: SourceFile | None) -> None:
        """Keep a file, and drop those that were not used for the longest time where they are too many."""
        self._kept += _size(source) - _size(self._sources.get(path))
        self._sources[path] = source
        self._sources.move_to_end(path)
        while self._kept > _KEPT_BYTES and len(self._sources) > 1:
            _, dropped = self._sources.popitem(last=False)
            self._kept -= _size(dropped)


def _size(source: SourceFile | None) -> int:
    return 0 if source is None else len(source.data)
