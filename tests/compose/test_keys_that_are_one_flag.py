"""Keys of a service that are one flag of the engines: a row of ``run_flags.json`` is all that one needs."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.containers.languages.run_flags import KeyForm, keys_that_become, run_flag

from .converting import converted, module_text

_SAMPLES = {
    KeyForm.TEXT: ("'7'", "7"),
    KeyForm.TEXTS: ("[ '10.0.0.7' ]", "10.0.0.7"),
    KeyForm.PAIRS: ("{ size: '7' }", "size=7"),
    KeyForm.SIZE: ("7m", "7m"),
}
"""What a key has in Compose, and what its flag then says."""
_OTHER_SAMPLES = {"platform": ("linux/arm64", "linux/arm64"), "stop_signal": ("SIGINT", "SIGINT")}
_WITH_VALUES = [(form, key, flag) for form in _SAMPLES for key, flag in keys_that_become(form)]
_OPTIONS = {"--tmpfs": "/run7"}
"""What a list of this flag takes instead of an address."""


@pytest.mark.parametrize(("form", "key", "flag"), _WITH_VALUES, ids=[key for _, key, _ in _WITH_VALUES])
def test_the_value_of_a_key_is_that_of_its_flag(tmp_path: Path, form: KeyForm, key: str, flag: str) -> None:
    sample, said = _OTHER_SAMPLES.get(key) or _SAMPLES[form]
    if flag in _OPTIONS:
        sample = said = _OPTIONS[flag]
    text = f"services:\n  web:\n    image: nginx:1\n    {key}: {sample}\n"
    known = run_flag(flag)
    assert known is not None
    backend = "podman" if "podman" in known.engines else "docker"
    assert f'"{flag}={said}"' in module_text(converted(text, tmp_path, backend=backend))


@pytest.mark.parametrize(("key", "flag"), [*keys_that_become(KeyForm.SWITCH)])
def test_a_switch_stands_alone_where_it_is_on_and_nowhere_else(tmp_path: Path, key: str, flag: str) -> None:
    text = "services:\n  web:\n    image: nginx:1\n    {}: {}\n"
    assert f'"{flag}"' in module_text(converted(text.format(key, "true"), tmp_path))
    assert f'"{flag}"' not in module_text(converted(text.format(key, "false"), tmp_path))
