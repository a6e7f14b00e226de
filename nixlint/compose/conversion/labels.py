"""Labels of a service: those that it writes itself, and before them those of its files."""

from __future__ import annotations

from pathlib import Path

from nixlint.compose.dotenv import parse_dotenv
from nixlint.compose.problem import ComposeError
from nixlint.secrets.masking import shown_name
from nixlint.secrets.parts import holds_secret, may_be_secret
from nixlint.syntax.place import Place

from .key_reader import KeyReader


def labels_of(keys: KeyReader) -> tuple[tuple[str, str, Place], ...]:
    """The labels, each once; one that the service writes itself wins over one of a file, and a later file over an earlier.

    A label that sounds like a secret is in no module: a person has to put it there without the store.
    """
    own = keys.shown_pairs("labels")
    found: dict[str, tuple[str, Place]] = {}
    for text, place in keys.texts("label_file"):
        for name, value in _of_file(keys, text, place).items():
            found[name] = (value, place)
    names = {name for name, _, _ in own}
    return (*((name, value, place) for name, (value, place) in found.items() if name not in names), *own)


def _of_file(keys: KeyReader, text: str, place: Place) -> dict[str, str]:
    path = Path(text)
    try:
        found = parse_dotenv(keys.notes.access.text(path, place))
    except ComposeError as error:
        keys.needs_you(
            keys.path("label_file"), f"{text} can't be read here, so its labels are left out: {error.message}", place
        )
        return {}
    secret = [name for name, value in found.items() if may_be_secret(name, value) or holds_secret(name)]
    if secret:
        listed = ", ".join(map(shown_name, secret))
        keys.needs_you(keys.path("label_file"), f"a secret is in {listed}, which are left out", place)
    return {name: value for name, value in found.items() if name not in secret}
