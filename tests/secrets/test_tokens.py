"""Tokens that show what they are by their format."""

from __future__ import annotations

import re

import pytest

from nixlint.secrets.tokens import TOKEN_HINTS, token_in

_LETTERS = "q7w2e9r4t1y6u3i8o5p0a2s4d6f8g1h3j5k7l9z2x4c6v8b1n3m5" * 6
_HEX = "0f1e2d3c4b5a69788796a5b4c3d2e1f0" * 8

TOKENS = [
    ("rk_live_" + _LETTERS[:24], "Stripe key"),
    ("sk_live_" + _LETTERS[:24], "Stripe key"),
    ("glsa_" + _LETTERS[:32] + "_0a1b2c3d", "Grafana token"),
    ("gldt-" + _LETTERS[:20], "GitLab deploy token"),
    ("xapp-1-A0B1C2D3E4F-1234567890123-" + _HEX[:32], "Slack token"),
    ("lin_api_" + _LETTERS[:40], "Linear key"),
    ("NRAK-" + _LETTERS[:27].upper(), "New Relic key"),
    ("PMAK-" + _HEX[:24] + "-" + _HEX[:34], "Postman key"),
    ("pul-" + _HEX[:40], "Pulumi token"),
    ("sntryu_" + _HEX[:64], "Sentry token"),
    ("shpat_" + _HEX[:32], "Shopify token"),
    ("dapi" + _HEX[:32], "Databricks token"),
    ("pplx-" + _LETTERS[:48], "Perplexity key"),
    ("gsk_" + _LETTERS[:52], "Groq key"),
    ("r8_" + _LETTERS[:37], "Replicate token"),
    ("tk_" + _LETTERS[:29], "ntfy token"),
    ("cache.a.test-1:" + _LETTERS[:86] + "==", "signing key of a binary cache"),
]


@pytest.mark.parametrize(("token", "kind"), TOKENS)
def test_a_token_is_known_by_its_prefix_and_its_length(token: str, kind: str) -> None:
    assert token_in(f"x = {token};") == kind
    assert token_in(f"x = {token[:-8]};") is None


@pytest.mark.parametrize("text", ["cache.a.test-1:" + _LETTERS[:43] + "=", "rk_live_x", "shpat_fruit", "gsk_theme"])
def test_a_public_key_and_a_prefix_alone_are_none(text: str) -> None:
    assert token_in(text) is None


@pytest.mark.parametrize(("token", "kind"), TOKENS)
def test_every_token_has_a_hint(token: str, kind: str) -> None:
    assert kind
    assert any(re.search(re.escape(hint), token.encode()) for hint in TOKEN_HINTS)
