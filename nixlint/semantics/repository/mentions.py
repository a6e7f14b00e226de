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
    b"<nixpkgs/nixos>",
)
"""What is asked about in most repositories. Whatever else is asked about is looked for in each file anew."""
_BITS = {word: 1 << number for number, word in enumerate(_OFTEN)}


class Mentions:
    """The words that files hold. ``read`` gives the bytes of a file and raises :class:`OSError` where there are none."""

    def __init__(self, read: Callable[[Path], bytes]) -> None:
        self._read = read
        self._found: dict[Path, int] = {}

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
            data = self._read(path)
        except OSError:
            return False
        self.learn(path, data)
        return all(word in data for word in words)
