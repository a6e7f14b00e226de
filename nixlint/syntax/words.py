"""The words of a file: runs of the bytes that Nix's names are made of, whatever they stand in.

Whoever looks for something by its name asks for the words of a file first: that costs a fraction of parsing it. Offsets are
bytes.
"""

from __future__ import annotations

from collections.abc import Iterable

_OF_NAMES = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_'-"
_ONLY_NAMES = bytes(byte if byte in _OF_NAMES else ord(" ") for byte in range(256))


def words_of(data: bytes) -> frozenset[bytes]:
    """The words in some bytes, each once."""
    return frozenset(data.translate(_ONLY_NAMES).split())


def places_of_any(texts: Iterable[bytes], data: bytes) -> list[int]:
    """The offsets at which one of some texts stands, be it within a word, sorted and each once."""
    found: set[int] = set()
    for text in texts:
        at = data.find(text)
        while at >= 0:
            found.add(at)
            at = data.find(text, at + len(text))
    return sorted(found)
