"""The reference loader's own answer on every file of the corpus: the same model, or an error for the same cause."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from nixlint.compose.loading import Request, load
from nixlint.compose.model import print_model
from nixlint.compose.problem import ComposeError

from .converting import corpus_file, corpus_models

ELSEWHERE = {
    "compose-go-inline/extends__TestLoadExtendsSameFile__08.yaml": "it names a folder where the reference ran",
}
"""Valid files whose model can't be compared, and why."""

ACCEPTED = {
    "compose-go-inline/loader__TestLoadSSHWithKeyValueInBuildConfig__60.yaml": "the reference loads it and can't print it",
    "compose-go-inline/loader__TestLoadSSHWithKeysValuesInBuildConfig__61.yaml": "the reference loads it and can't print it",
    "docker-compose-e2e/pkg/e2e/fixtures/build-test/ssh/compose.yaml": "the reference loads it and can't print it",
    "compose-go-inline/loader__TestXService__70.yaml": "the reference takes its own mark for extensions for a network",
}
"""Files that the reference refuses for a defect of its own."""

ORDER = re.compile(
    r"undefined (service|network|model)|neither an image|no such file|failed to cast|excessive aliasing"
    r"|ulimits\.\w+ must be|map merge requires|cannot start any token|can't be|only value allowed"
)
"""Messages that name one of several equal causes, of which the reference, whose maps have no order, takes any."""


def _models(*, ok: bool) -> list[dict[str, Any]]:
    return [model for model in corpus_models() if model["ok"] is ok]


def _without_root(value: Any, root: str) -> Any:  # noqa: ANN401  # any JSON
    match value:
        case str():
            return value.replace(root, "/ROOT")
        case dict():
            return {name: _without_root(entry, root) for name, entry in value.items()}
        case list():
            return [_without_root(item, root) for item in value]
        case _:
            return value


def _differences(one: Any, other: Any, path: str = "") -> Iterator[str]:  # noqa: ANN401  # any JSON
    if isinstance(one, dict) and isinstance(other, dict):
        for name in sorted({*one, *other}):
            if name not in one or name not in other:
                yield f"{path}.{name}: {'missing' if name not in one else 'too much'}"
            else:
                yield from _differences(one[name], other[name], f"{path}.{name}")
    elif one != other or isinstance(one, bool) is not isinstance(other, bool):
        yield f"{path}: {one!r}, the reference has {other!r}"


def test_every_valid_file_gives_the_model_of_the_reference() -> None:
    found = []
    models = _models(ok=True)
    for model in models:
        if model["file"] in ELSEWHERE:
            continue
        file = corpus_file(model)
        loaded = load(Request((file,), "proj", model["env"]))
        printed = _without_root(print_model(loaded.root, loaded.environment), str(file.parent))
        found += [f"{model['file']}{each}" for each in _differences(printed, model["project"])]
    assert found == []


def test_every_invalid_file_is_refused_for_the_same_cause() -> None:
    found = []
    for model in _models(ok=False):
        file = corpus_file(model)
        try:
            loaded = load(Request((file,), "proj", model["env"]))
            print_model(loaded.root, loaded.environment)
        except ComposeError as error:
            message = _cause(error.message.replace(str(file.parent), "/ROOT"))
            wanted = _cause(model["error"])
            if not _says(message, wanted) and not (ORDER.search(message) and ORDER.search(wanted)):
                found.append(f"{model['file']}: {message}\n  the reference: {wanted}")
            continue
        if model["file"] not in ACCEPTED:
            found.append(f"{model['file']}: accepted, though {model['error']}")
    assert found == []


def _cause(message: str) -> str:
    message = re.sub(r"^(validating|failed to parse) \S+:? ", "", message)
    message = re.sub(r"strconv\.\w+: |\bline \d+: |yaml: ", "", message)
    return re.sub(r"\s+", " ", message).strip()


def _says(message: str, wanted: str) -> bool:
    """Whether a message is that of the reference, but for the values of the file, for which it has an ellipsis."""
    return re.fullmatch(re.escape(message).replace("…", ".*"), wanted, re.DOTALL) is not None


def test_nearly_every_error_has_its_place_in_the_file() -> None:
    errors: list[ComposeError] = []
    for model in _models(ok=False):
        try:
            loaded = load(Request((corpus_file(model),), "proj", model["env"]))
            print_model(loaded.root, loaded.environment)
        except ComposeError as error:
            errors.append(error)
    placed = [error for error in errors if error.place is not None]
    assert len(placed) > 0.95 * len(errors)
