"""Texts that nixpkgs' module puts into its shell script without quotes: the image and the log driver of a container.

``nixos/modules/virtualisation/oci-containers.nix``: ``[ container.image ]`` and ``--log-driver=${container.log-driver}``.
The characters are those of an image reference (distribution, ``reference.go``) and of the engines' drivers.
"""

from __future__ import annotations

import re

from nixlint.containers.symbolic_text import MARK
from nixlint.syntax.place import Place

from .expression import Text, Unwritable

_BARE = re.compile(r"[\w.:/@+-]*", re.ASCII)


def unquoted(text: str, what: str, place: Place | None) -> Text:
    """A text that a shell reads as one word and an engine not as a flag.

    Raises :class:`Unwritable` for any other one; ``what`` is how the message begins.
    """
    if text and not text.startswith("-") and _BARE.fullmatch(MARK.sub("", text)):
        return Text(text)
    raise Unwritable(f"{what}: a name with letters, digits and . _ - / : @ + alone is wanted", place)
