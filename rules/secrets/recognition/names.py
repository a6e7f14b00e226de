"""Names that hold a secret: options, environment variables, keys of configuration files, flags.

A name is taken apart into words (``GITEA__database__PASSWD``, ``adminPassword``, ``secret-key``) and judged by its last
words, for it is these that say what the value *is*; the words before say whose it is, or that it is something else.
"""

from __future__ import annotations

import re
from functools import cache

_SECRET_WORDS = {
    # The last word alone says it. Longer words that end in one of these count too: PGPASSWORD, clientsecret.
    "password": "password",
    "passwd": "password",  # GITEA__database__PASSWD
    "passphrase": "passphrase",
    "passcode": "passcode",
    "secret": "secret",
    "token": "token",
}

_WHOLE_SECRET_WORDS = {
    # As words of their own only: many ordinary words end in these letters.
    "pwd": "password",  # DB_PWD, smtpPwd
    "psk": "pre-shared key",  # networking.wireless.networks.<name>.psk
    "adminpass": "password",  # services.nextcloud.config.adminpass
    "dbpass": "password",  # services.nextcloud.config.dbpass
    "dbpasswd": "password",
    "rootpass": "password",
    "userpass": "password",
    "mailpass": "password",
    "smtppass": "password",
}

_WHOLE_NAMES = {
    # Names that no rule about words gets right.
    "requirepass": "password",  # services.redis.servers.<name>.requirePass, --requirepass
    "masterauth": "password",  # services.redis.servers.<name>.masterAuth, --masterauth
}

_OWNERS_OF_PASS = frozenset(
    # 'pass' ends nginx's proxy_pass and much else; after one of these words, or alone, it is a password.
    "db database admin root user smtp imap mail email mysql postgres pg redis mqtt auth ftp ldap http web sudo".split()
)

_KINDS_OF_KEY = {
    # 'key' alone is a key of a keyboard or of a table; after one of these words it is a secret.
    "api": "API key",
    "secret": "secret key",
    "private": "private key",
    "encryption": "encryption key",
    "auth": "key",
    "master": "master key",
    "shared": "shared key",
    "preshared": "pre-shared key",
    "jwt": "key",
    "session": "session key",
}

_KINDS_OF_KEY_BY_TWO_WORDS: dict[tuple[str, ...], str] = {
    ("pre", "shared"): "pre-shared key",
    ("secret", "access"): "secret key",  # AWS_SECRET_ACCESS_KEY; an access key by itself is an ID
}

_JOINED_KEYS = {
    # The same, written as one word.
    f"{word}key": kind
    for word, kind in _KINDS_OF_KEY.items()
}

_SOMETHING_ELSE = frozenset(
    # Any of these words, and the value is about a secret (its file, its length, its hash), or public.
    (
        "hashed hash hashes salt public pub file files path paths dir directory prompt reset forgot enable enabled "
        "disable allow iterations min max length size policy expiry expire expires expiration ttl timeout lifetime "
        "interval reference ref placeholder name names existing id ids regex pattern sops age vault op rbw pass-cmd "
        "command cmd url uri endpoint host algorithm alg method mode required require requires type username email "
        "comment description label title icon header field column format prefix suffix store manager provider "
        "backend service proxy fastcgi uwsgi grpc scgi memcached by show hide visible last count limit new old reuse "
        "random generate generator rotate empty no without non is has use using source var env variable from"
    ).split()
)

_FILE_WORDS = frozenset({"file", "path"})  # passwordFile, tokenPath

_SECRET_FILES = {
    # Options that name a file of secrets without a secret word before 'File'.
    "credentialsfile": "credentials",
    "credentialfile": "credentials",
    "keyfile": "key",  # wireguard, LUKS, ACME's TSIG keys
    "sslcertificatekey": "private key",  # services.nginx.virtualHosts.<name>.sslCertificateKey
    "sslserverkey": "private key",  # services.httpd, services.dovecot2
    "tlskeyfile": "private key",
    "sslkeyfile": "private key",
    "hostkeyfile": "private key",
}

_FILE_BY_CONVENTION = "_secret"
"""In the settings of some modules, ``{ _secret = path; }`` stands for what is in a file when the service starts
(nixpkgs, ``utils.genJqSecretsReplacementSnippet``)."""

_ENVIRONMENT_FILES = frozenset({"environmentfile", "environmentfiles", "envfile"})


@cache
def kind_of_secret(name: str) -> str | None:
    """What kind of secret a name promises (``password``, ``API key``), or ``None`` where it promises none."""
    words = _words(name)
    if not words or name == _FILE_BY_CONVENTION:
        return None
    whole = _WHOLE_NAMES.get("".join(words))
    if whole is not None:
        return whole
    if not _SOMETHING_ELSE.isdisjoint(words):
        return None
    return _kind_of_words(words) or ("password" if name.isupper() and words[-1] == "pass" else None)


@cache
def kind_of_secret_file(name: str) -> str | None:
    """What kind of secret is in the file that an option of this name takes, or ``None``."""
    words = _words(name)
    if not words:
        return None
    if name == _FILE_BY_CONVENTION:
        return "secret"
    joined = "".join(words)
    if joined in _SECRET_FILES:
        return _SECRET_FILES[joined]
    before = words[:-1]
    if words[-1] not in _FILE_WORDS or not before or not _SOMETHING_ELSE.isdisjoint(before):
        return None
    return _kind_of_words(before)


def is_environment_file(name: str) -> bool:
    """Whether an option of this name takes a file of environment variables."""
    return "".join(_words(name)) in _ENVIRONMENT_FILES


def _kind_of_words(words: tuple[str, ...]) -> str | None:
    last = words[-1]
    before = words[-2] if len(words) > 1 else ""
    if last in _WHOLE_SECRET_WORDS:
        return _WHOLE_SECRET_WORDS[last]
    if last in _JOINED_KEYS:
        return _JOINED_KEYS[last]
    if words == ("app", "key"):  # Laravel's key of all cookies; with a name before it, an app's public ID (Pusher)
        return "key"
    if last == "key":
        return _KINDS_OF_KEY_BY_TWO_WORDS.get(words[-3:-1]) or _KINDS_OF_KEY.get(before)
    if last == "base" and words[-3:-1] == ("secret", "key"):  # SECRET_KEY_BASE of Rails and Phoenix
        return "secret key"
    if last == "raw" and before == "psk":  # networking.wireless.networks.<name>.pskRaw: as good as the passphrase
        return "pre-shared key"
    if last == "pass":
        return "password" if not before or before in _OWNERS_OF_PASS else None
    return next((kind for word, kind in _SECRET_WORDS.items() if last.endswith(word)), None)


@cache
def _words(name: str) -> tuple[str, ...]:
    """The words of a name in lower case, without numbers at its end."""
    words = [word.lower() for word in _word_pattern().findall(name[:200])]
    while words and words[-1].isdigit():
        words.pop()
    return tuple(words)


@cache
def _word_pattern() -> re.Pattern[str]:
    return re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
