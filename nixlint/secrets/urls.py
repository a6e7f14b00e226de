"""Credentials in URLs: ``postgres://user:password@host/``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from .looks import UNKNOWN, Look, look_of

DIGEST = r"sha(?:256|384|512):[0-9a-f]{32}"
"""How a digest of an image begins, before which an ``@`` stands as before a host: ``docker-image://redis:7@sha256:…``."""


class UrlPassword(NamedTuple):
    """A password in a URL: where it stands in a text, and what it looks like."""

    start: int
    end: int
    look: Look


def passwords_of_urls(text: str) -> Iterator[UrlPassword]:
    """The passwords in a text's URLs."""
    if "://" not in text or "@" not in text:
        return
    for found in _url().finditer(text):
        if _example_host().match(text, found.end()) is None:
            look = _look(found["user"], found["password"])
            if look is not Look.NO_SECRET:
                yield UrlPassword(*found.span("password"), look)


def url_password(text: str) -> Look:
    """What the password in a text's URLs looks like, the most telling first; ``NO_SECRET`` where there is none."""
    looks = {found.look for found in passwords_of_urls(text)}
    return next((look for look in (Look.SECRET, Look.PLACEHOLDER) if look in looks), Look.NO_SECRET)


_FROM_DOCUMENTATION = frozenset(
    # user:pass@ and the like: what documentation writes where a reader should put their own.
    "pass password passwd pwd pw secret mypassword yourpassword p".split()
)
_USERS_FROM_DOCUMENTATION = frozenset("user username usr myuser youruser foo me u login name".split())


def _look(user: str, password: str) -> Look:
    if user.lower() in _USERS_FROM_DOCUMENTATION and password.lower() in _FROM_DOCUMENTATION:
        return Look.PLACEHOLDER
    return look_of(password)


@cache
def _example_host() -> re.Pattern[str]:
    """A host that nobody has, for documentation (RFC 2606, RFC 6761)."""
    return re.compile(r"(?:[\w-]+\.)*(?:example(?:\.(?:com|org|net))?|invalid)(?![\w.-])", re.IGNORECASE)


@cache
def _url() -> re.Pattern[str]:
    stop = rf"\s/:@'\"<>`{UNKNOWN}"
    return re.compile(
        rf"\b(?P<scheme>[a-zA-Z][a-zA-Z0-9+.-]{{1,30}})://(?P<user>[^{stop}]{{0,100}}):(?P<password>[^{stop}]{{1,200}})@"
        rf"(?=[A-Za-z0-9\[{UNKNOWN}$])(?!{DIGEST})"
    )
