"""Texts that nixpkgs' module puts into its shell script without quotes: the image and the log driver of a container.

``nixos/modules/virtualisation/oci-containers.nix``: ``[ container.image ]`` and ``--log-driver=${container.log-driver}``.
The characters are those of an image reference (distribution, ``reference.go``) and of the engines' drivers.
"""

from __future__ import annotations

import re

from nixlint.syntax.place import Place

from .expression import Text, Unwritable
from .symbols import Symbols

_BARE = re.compile(r"[\w.:/@+-]*", re.ASCII)


def unquoted(text: str, symbols: Symbols, what: str, place: Place | None) -> Text:
    """A text that a shell reads as one word and an engine not as a flag, with the values of its variables too.

    Raises :class:`Unwritable` for any other one; ``what`` is how the message begins.
    """
    plain = symbols.plain(text)
    if plain and not plain.startswith("-") and _BARE.fullmatch(plain):
        return Text(text)
    raise Unwritable(f"{what}: a name with letters, digits and . _ - / : @ + alone is wanted", place)
