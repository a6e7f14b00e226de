"""Secrets that show themselves: private keys, and the tokens of well-known services with their formats.

A format is listed when its prefix and length leave next to no room for anything else. The formats are those that the
services document; gitleaks' and detect-secrets' lists were read for comparison.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from .looks import Look, look_of

_END = r"(?![A-Za-z0-9_-])"

_FORMATS = (
    # (a piece of text that every one holds, the format, what it is)
    ("PRIVATE KEY", r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----\s*[A-Za-z0-9+/=:\\]", "private key"),
    ("AGE-SECRET-KEY-1", r"AGE-SECRET-KEY-1[0-9A-Z]{58}" + _END, "age identity"),
    ("AGE-PLUGIN-", r"AGE-PLUGIN-(?!YUBIKEY|TPM|SE)[A-Z0-9]+-1[0-9A-Z]{50,}" + _END, "age identity"),
    ("gh", r"\bgh[pousr]_[A-Za-z0-9]{36,255}" + _END, "GitHub token"),
    ("github_pat_", r"\bgithub_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}" + _END, "GitHub token"),
    ("glpat-", r"\bglpat-[A-Za-z0-9_-]{20,}" + _END, "GitLab token"),
    ("glrt-", r"\bglrt-[A-Za-z0-9_-]{20,}" + _END, "GitLab runner token"),
    ("xox", r"\bxox[abposr]-[0-9]{8,}-[A-Za-z0-9-]{16,}" + _END, "Slack token"),
    ("hooks.slack.com", r"hooks\.slack\.com/services/T\w{6,}/B\w{6,}/\w{20,}", "Slack webhook"),
    ("discord", r"discord(?:app)?\.com/api/webhooks/\d{17,20}/[\w-]{60,}", "Discord webhook"),
    ("tskey-", r"\btskey-(?:auth|client|api)-[A-Za-z0-9]{8,}-[A-Za-z0-9]{16,}" + _END, "Tailscale key"),
    ("sk-", r"\bsk-(?:proj|svcacct|admin)-[A-Za-z0-9_-]{40,}" + _END, "OpenAI key"),
    ("sk-ant-", r"\bsk-ant-[a-z0-9]+-[A-Za-z0-9_-]{60,}" + _END, "Anthropic key"),
    ("sk-or-", r"\bsk-or-v1-[0-9a-f]{64}" + _END, "OpenRouter key"),
    ("sk_live_", r"\b[sr]k_live_[A-Za-z0-9]{20,}" + _END, "Stripe key"),
    ("SG.", r"\bSG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}" + _END, "SendGrid key"),
    ("AIza", r"\bAIza[A-Za-z0-9_-]{35}" + _END, "Google API key"),
    ("npm_", r"\bnpm_[A-Za-z0-9]{36}" + _END, "npm token"),
    ("pypi-", r"\bpypi-AgEIcHlwaS[A-Za-z0-9_-]{50,}" + _END, "PyPI token"),
    ("hf_", r"\bhf_[A-Za-z]{34}" + _END, "Hugging Face token"),
    ("dop_v1_", r"\bdop_v1_[0-9a-f]{64}" + _END, "DigitalOcean token"),
    ("ops_eyJ", r"\bops_eyJ[A-Za-z0-9_-]{100,}", "1Password service account token"),
    ("eyJ", r"\beyJ[A-Za-z0-9_-]{15,}\.eyJ[A-Za-z0-9_-]{15,}\.[A-Za-z0-9_-]{20,}", "JSON web token"),
    ("hvs.", r"\bhvs\.[A-Za-z0-9_-]{24,}", "Vault token"),
    (":AA", r"\b[0-9]{8,10}:AA[A-Za-z0-9_-]{33}" + _END, "Telegram bot token"),
    ("syt_", r"\bsyt_[A-Za-z0-9+/=]{2,}_[A-Za-z]{20}_[A-Za-z0-9]{6}" + _END, "Matrix access token"),
    ("glc_", r"\bglc_eyJ[A-Za-z0-9+/=]{40,}", "Grafana Cloud token"),
    ("nvapi-", r"\bnvapi-[A-Za-z0-9_-]{60,}" + _END, "NVIDIA key"),
)

_PUBLISHED = (
    # Keys that a project has published for everybody, where all that they open is for everybody too.
    "gtoSPXcAFy8dtG1uAig8sCuyE21eMDt2GgJBWcxb/Blaqt1auOtE",  # nixpkgs, nixos/modules/profiles/keys/ssh_host_ed25519_key
)

TOKEN_HINTS = tuple(hint.encode() for hint, _, _ in _FORMATS)
"""Bytes of which at least one is in every file with a token."""


class Token(NamedTuple):
    """A token or a private key: where it stands in a text, and what it is."""

    start: int
    end: int
    kind: str


def token_in(text: str) -> str | None:
    """What kind of token or private key is in a text, or ``None``."""
    return next((token.kind for token in tokens_in(text)), None)


def tokens_in(text: str) -> Iterator[Token]:
    """The tokens and private keys in a text, but for those of documentation and those that are published."""
    if not any(hint in text for hint, _, _ in _FORMATS) or any(key in text for key in _PUBLISHED):
        return
    for hint, format_, kind in _FORMATS:
        if hint in text:
            for found in _compiled(format_).finditer(text):
                if look_of("".join(found.group().split()[-1:])) is not Look.PLACEHOLDER:
                    yield Token(
                        found.start(), _end_of_key(text, found.end()) if hint == "PRIVATE KEY" else found.end(), kind
                    )


def _end_of_key(text: str, at: int) -> int:
    """Where a private key ends whose first line ends at an offset: behind its last line, or with the text."""
    closing = text.find("-----END", at)
    return len(text) if closing < 0 else closing + len(text[closing:].partition("\n")[0].rstrip())


def token_spans(text: str) -> Iterator[tuple[int, int, str]]:
    """Where tokens and private keys stand in a text, those of documentation too, and what each is.

    A private key goes up to its last line, or to the end of the text.
    """
    if _any_hint().search(text) is None:
        return
    for hint, format_, kind in _FORMATS:
        if hint in text:
            for found in _compiled(format_).finditer(text):
                yield found.start(), _end_of_key(text, found.end()) if hint == "PRIVATE KEY" else found.end(), kind
    for found in _short_tokens().finditer(text) if any(hint in text for hint in _SHORT_HINTS) else ():
        yield *found.span(), "token"


@cache
def _short_tokens() -> re.Pattern[str]:
    """What looks like a token of these services although it is not as long as theirs."""
    return re.compile(r"\beyJ[\w-]{8,}\.[\w.-]+|\b(?:ghp|gho|glpat|sk|xox[bp])[_-]\w{16,}")


_SHORT_HINTS = ("eyJ", "ghp", "gho", "glpat", "sk-", "sk_", "xox")
"""The same for these."""


@cache
def _any_hint() -> re.Pattern[str]:
    """What stands in every text with a token: one search, for most texts have none."""
    return re.compile("|".join(map(re.escape, (*(hint for hint, _, _ in _FORMATS), *_SHORT_HINTS))))


@cache
def _compiled(format_: str) -> re.Pattern[str]:
    return re.compile(format_)
