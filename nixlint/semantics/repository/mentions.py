"""Which files hold which words: each file is read once for the words that are asked about often."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

_OFTEN = (
    b"containers",
    b"oci-containers",
    b"options",
    b"stateVersion",
    b"disabledModules",
    b"serviceConfig",
    b"secrets",
    b"sops",
    b"age",
    b"<nixpkgs/nixos>",
)
"""What is asked about in most repositories. Whatever else is asked about is looked for in each file anew."""
_KEPT_BYTES = 8_000_000
"""How many bytes are kept of files that were read for their words: most will be asked about another word, or parsed."""
_BITS = {word: 1 << number for number, word in enumerate(_OFTEN)}


class Mentions:
    """The words that files hold. ``read`` gives the bytes of a file and raises :class:`OSError` where there are none."""

    def __init__(self, read: Callable[[Path], bytes]) -> None:
        self._read = read
        self._found: dict[Path, int] = {}
        self._kept: dict[Path, bytes] = {}
        self._room = _KEPT_BYTES

    def take(self, path: Path) -> bytes | None:
        """The bytes of a file that are kept, which from then on are the business of who takes them."""
        data = self._kept.pop(path, None)
        if data is not None:
            self._room += len(data)
        return data

    def learn(self, path: Path, data: bytes) -> None:
        """Note what a file holds that was read for something else."""
        if path not in self._found:
            found = 0
            for word, bit in _BITS.items():
                if word in data:
                    found |= bit
            self._found[path] = found

    def holds(self, path: Path, words: tuple[bytes, ...]) -> bool:
        """Whether a file holds all of some words; a file that cannot be read holds none."""
        if path in self._found and all(word in _BITS for word in words):
            return all(self._found[path] & _BITS[word] for word in words)
        try:
            data = self.data(path)
        except OSError:
            return False
        return all(word in data for word in words)

    def data(self, path: Path) -> bytes:
        """The bytes of a file, kept where there is room. Raises :class:`OSError` where there are none."""
        data = self._kept.get(path)
        if data is None:
            data = self._read(path)
            self.learn(path, data)
            if len(data) <= self._room:
                self._room -= len(data)
                self._kept[path] = data
        return data
