"""The secrets of a file are masked in a text however many there are."""

from __future__ import annotations

from nixlint.secrets.masking import KnownValues


def test_a_value_among_thousands_is_masked_as_one_among_few() -> None:
    values = {f"waterfall9x{number}": "password" for number in range(3_000)}
    text = "it is waterfall9x17 and waterfall9x1712, not waterfall9"
    few = {value: kind for value, kind in values.items() if value in text}
    assert len(few) < len(text) < len(values)
    assert KnownValues(values).masked(text) == KnownValues(few).masked(text)
    assert "waterfall9x" not in KnownValues(values).masked(text)


def test_a_longer_value_goes_before_a_shorter_one_in_it() -> None:
    values = {"secret9a": "token", "secret9abcdef": "password", **{f"other{number}x": "value" for number in range(99)}}
    assert KnownValues(values).masked("secret9abcdef") == "‹password, long›"
