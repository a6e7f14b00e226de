"""What a file is told to be by its bytes: Nix, or one of the things that are not to be read as Nix."""

from __future__ import annotations

import json
import time

import pytest

from nixlint.syntax.file_kind import MAX_FILE_SIZE, FileKind, recognise

CIPHER = "ENC[AES256_GCM,data:Z2VoZWlt,iv:aXY=,tag:dGFn,type:str]"
SOPS_JSON = json.dumps({"data": CIPHER, "sops": {"mac": CIPHER, "version": "3.9.0"}}, indent="\t")

ENCRYPTED = [
    pytest.param(b"\0GITCRYPT\0\x12\x98\xff\x00", FileKind.GIT_CRYPT, id="git-crypt"),
    pytest.param(SOPS_JSON.encode(), FileKind.SOPS, id="sops JSON"),
    pytest.param(json.dumps({"a\\": CIPHER, "sops": {}}).encode(), FileKind.SOPS, id="sops JSON on one line"),
    pytest.param(b"\n\r\n  " + SOPS_JSON.encode(), FileKind.SOPS, id="sops JSON after blanks"),
    pytest.param(f"password: {CIPHER}\nsops:\n    mac: {CIPHER}\n".encode(), FileKind.SOPS, id="sops YAML"),
    pytest.param(f"# {CIPHER}\na: {CIPHER}\nsops:\n  v: 1\n".encode(), FileKind.SOPS, id="sops YAML with a comment"),
    pytest.param(f"TOKEN={CIPHER}\nsops_version=3.9.0\n".encode(), FileKind.SOPS, id="sops dotenv"),
    pytest.param(f"[main]\ntoken = {CIPHER}\n\n[sops]\nversion = 3.9.0\n".encode(), FileKind.SOPS, id="sops INI"),
    pytest.param(b"age-encryption.org/v1\n-> X25519 x\n--- y\n\xff\x00", FileKind.AGE, id="age"),
    pytest.param(b"-----BEGIN AGE ENCRYPTED FILE-----\nYWdl\n", FileKind.AGE, id="armored age"),
    pytest.param(b"$ANSIBLE_VAULT;1.1;AES256\n6162\n", FileKind.ANSIBLE_VAULT, id="ansible-vault"),
    pytest.param(b"-----BEGIN PGP MESSAGE-----\n\nhQEMA\n", FileKind.PGP, id="PGP"),
    pytest.param(b"\n\n-----BEGIN PGP MESSAGE-----\r\n\r\nhQEMA\r\n", FileKind.PGP, id="PGP after blank lines"),
]
NO_NIX = [
    pytest.param(
        b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", FileKind.GIT_LFS, id="Git LFS pointer"
    ),
    pytest.param(b"\x7fELF\x02\x01\x01\0\0\0", FileKind.BINARY, id="program"),
    pytest.param("{ a = 1; }".encode("utf-16"), FileKind.BINARY, id="UTF-16"),
    pytest.param(bytes(range(128, 256)) * 4, FileKind.BINARY, id="noise without a NUL"),
    pytest.param(b"", FileKind.EMPTY, id="nothing"),
    pytest.param(b" \t\r\n\n", FileKind.EMPTY, id="blanks"),
    pytest.param(b"# only\n/* comments\n */ # here", FileKind.EMPTY, id="comments"),
    pytest.param(b"# one\r# two\r", FileKind.EMPTY, id="comments ended by carriage returns"),
    pytest.param(b"#" * (MAX_FILE_SIZE + 1), FileKind.OVERSIZED, id="one byte too many"),
]
NIX = [
    pytest.param("{ }", id="empty set"),
    pytest.param("{ a = 1 }", id="broken Nix, whose error is to be shown"),
    pytest.param("1 # comment", id="expression before a comment"),
    pytest.param("/* never closed", id="comment that is never closed"),
    pytest.param("# one\r1", id="expression after a comment ended by a carriage return"),
    pytest.param("/**/ 1 /**/", id="expression between comments"),
    pytest.param(f'{{ a = "{CIPHER}"; }}', id="quoted cipher text"),
    pytest.param(f'{{ "a" = "{CIPHER}"; b = x: 1; }}', id="quoted name and quoted cipher text"),
    pytest.param("{ config, ... }:\n{ a = ''\n" + SOPS_JSON + "\n''; }", id="quoted sops JSON"),
    pytest.param("{ \"sops\" = ''" + SOPS_JSON + "''; }", id="quoted sops JSON under a quoted name"),
    pytest.param("{ a = ''\n  b: " + CIPHER + "\nsops:\n  v: 1\n''; }", id="quoted sops YAML"),
    pytest.param("# A\n{ a = ''\nb: " + CIPHER + "\nsops:\n  v: 1\n''; }", id="quoted sops YAML below a comment"),
    pytest.param("/* A */ { a = ''\nb=" + CIPHER + "\nsops_v=1\n''; }", id="quoted sops dotenv below a comment"),
    pytest.param("{ sops.secrets.a = { }; }", id="sops-nix"),
    pytest.param("# " + CIPHER + "\n{ }", id="cipher text in a comment"),
    pytest.param('"-----BEGIN PGP MESSAGE-----"', id="quoted PGP"),
    pytest.param('{ a = "$ANSIBLE_VAULT;1.1;AES256"; }', id="quoted ansible-vault"),
    pytest.param('# age-encryption.org/v1\n"age-encryption.org/v1"', id="quoted age"),
    pytest.param('"äöü 語 \U0001f600"', id="UTF-8 beyond ASCII"),
    pytest.param("\ufeff{ }", id="byte order mark, whose error is to be shown"),
]


@pytest.mark.parametrize(("data", "kind"), ENCRYPTED)
def test_an_encrypted_file_is_told_by_what_encrypted_it(data: bytes, kind: FileKind) -> None:
    assert recognise(data) is kind
    assert kind.encrypted
    assert kind.reason.startswith("it is encrypted with ")


@pytest.mark.parametrize(("data", "kind"), NO_NIX)
def test_what_cannot_be_nix_is_told_with_a_reason(data: bytes, kind: FileKind) -> None:
    assert recognise(data) is kind
    assert not kind.encrypted
    assert kind.reason


@pytest.mark.parametrize("text", NIX)
def test_nix_is_nix_whatever_it_quotes(text: str) -> None:
    assert recognise(text.encode()) is FileKind.NIX
    assert FileKind.NIX.reason == ""


def test_a_few_bytes_of_another_encoding_make_no_binary() -> None:
    assert recognise('{ a = "Müller, Straße"; b = "plain words"; }'.encode("latin-1")) is FileKind.NIX


def test_a_character_cut_at_the_end_of_the_sample_makes_no_binary() -> None:
    assert recognise(b'"' + "語".encode() * 30_000 + b'"') is FileKind.NIX


def test_the_largest_file_is_read_to_its_last_byte() -> None:
    assert recognise(b"#\n" * (MAX_FILE_SIZE // 2 - 1) + b" 1") is FileKind.NIX
    assert recognise(b"1" + b" " * (MAX_FILE_SIZE - 1)) is FileKind.NIX


@pytest.mark.parametrize(
    "piece", [b"#\n", b"# a\r", b"/**/", b"/*", b"* ", b'{"a', b"\n", f"{CIPHER}\n".encode(), b"\nsops"]
)
def test_the_cost_grows_with_the_size_and_no_faster(piece: bytes) -> None:
    started = time.process_time()
    recognise(piece * (MAX_FILE_SIZE // len(piece)))
    assert time.process_time() - started < 5
