"""A secret that nothing declares."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nixlint.rule import (
    AttrsValue,
    Bad,
    Binder,
    Confidence,
    Finding,
    Good,
    ListValue,
    Repository,
    Rule,
    Severity,
    StringValue,
    SymbolValue,
    Value,
    WrittenDefinition,
)
from nixlint.secrets.declared import DeclaredSecrets, is_on_a_host


class SecretNeverDeclared(Rule[WrittenDefinition]):
    """A configuration that uses a secret of sops-nix or agenix which is never declared does not evaluate.

    ## What it finds

    `config.sops.secrets.<name>`, `config.sops.placeholder.<name>` or `config.age.secrets.<name>` where no file of the
    repository declares a secret of that name, and others are declared. The file is one that a host of the repository
    certainly imports.

    ## Why it matters

    *attribute '<name>' missing*: nothing of the host is built. Often the name was changed in one place, or the
    declaration is in a module that was left out.

    ## What to do

    Declare it, `sops.secrets.<name> = { };`, or correct the name.

    ## What keeps it silent

    - A secret whose name is not known, or a set of secrets that is not known, anywhere in the repository.
    - A repository that declares no secret: its declarations are elsewhere.
    - The name below any other set called `secrets`: an option of the repository may hand it on.
    - A file that no host certainly imports.
    - The default of an option, which another value may replace, and what a `let` binds, which may not be used.
    - A use with a default, `config.sops.secrets.x.path or "/key"`, and one behind `?`.

    ## References

    - [sops-nix](https://github.com/Mic92/sops-nix), [agenix](https://github.com/ryantm/agenix)
    """

    name = "secret-never-declared"
    code = "NL322"
    severity = Severity.ERROR
    confidence = Confidence.LIKELY
    asks = (WrittenDefinition,)
    words = (b"secrets", b"placeholder")
    names = frozenset[bytes]()  # the secret stands in the value
    values = re.compile(rb"config(?<!\wconfig)\s*\.\s*(?:sops\s*\.\s*(?:secrets|placeholder)|age\s*\.\s*secrets)\b")

    def check(self, subject: WrittenDefinition, repository: Repository) -> Iterator[Finding]:
        """Report each secret that a definition uses and nothing declares."""
        source = repository.source(subject.value_place.path)
        written = b"" if source is None else source.data[subject.value_place.span.start : subject.value_place.span.end]
        if _GUARDED.search(written) or subject.path.names[-1] in _NOT_USED or subject.binder is Binder.LET:
            return
        seen: set[tuple[str, str]] = set()
        for tool, name in _used(subject.value, 0):
            if (tool, name) in seen or not DeclaredSecrets.of(repository).is_missing(tool, name, repository):
                continue
            if not is_on_a_host(subject.name.path, repository):
                return
            seen.add((tool, name))
            yield Finding(
                subject.value_place,
                f"nothing in this repository declares the secret {name} of {tool}: it does not evaluate",
                f'declare {tool}.secrets."{name}", or correct the name',
                option=str(subject.path),
                evidence=name,
            )

    examples = (
        Bad(
            "names that nothing declares",
            {
                "configuration.nix": """\
{ config, ... }:
{
  sops.secrets.db = { };
  services.gitea.database.passwordFile = «config.sops.secrets.gitea.path»;
  sops.templates.env.content = «"TOKEN=${config.sops.placeholder.token}"»;
  services.restic.backups.all.passwordFile = «config.age.secrets.restic.path»;
}
""",
                "more.nix": "{ age.secrets.other.file = ./other.age; }\n",
            },
        ),
        Good(
            "declared, in another file, in a set, by names that are known",
            {
                "configuration.nix": """\
{ config, lib, ... }:
{
  imports = [ ./b.nix ];
  services.gitea.database.passwordFile = config.sops.secrets.gitea.path;
  services.restic.backups.all.passwordFile = config.sops.secrets."restic/all".path;
  services.k3s.tokenFile = config.sops.secrets.one.path;
}
""",
                "b.nix": """\
{ lib, ... }:
{
  sops = { secrets = { gitea.owner = "gitea"; "restic/all" = { }; } // lib.genAttrs [ "one" "two" ] (name: { }); };
}
""",
            },
        ),
        Good(
            "names that are not known",
            {
                "configuration.nix": "{ config, ... }: { services.k3s.tokenFile = config.sops.secrets.k3s.path; }\n",
                "b.nix": """\
{ config, lib, ... }: { sops.secrets = { db = { }; } // lib.genAttrs config.my.names (name: { }); }
""",
            },
        ),
        Good(
            "an option of one's own, and a file that no host imports",
            {
                "configuration.nix": """\
{ config, ... }:
{
  imports = [ ./hands-on.nix ];
  my.secrets.k3s = { };
  services.k3s.tokenFile = config.sops.secrets.k3s.path;
}
""",
                "hands-on.nix": "{ sops.secrets.db = { }; }\n",
                "left-out.nix": "{ config, ... }: { services.x.passwordFile = config.sops.secrets.gitea.path; }\n",
            },
        ),
        Good(
            "a use by a name that is not known",
            """\
{ config, lib, ... }:
{
  sops.secrets.db = { };
  services.k3s.tokenFile = config.sops.secrets.${config.my.name}.path;
  services.x.files = map (name: config.sops.secrets.${name}.path) config.my.names;
}
""",
        ),
        Good(
            "no declaration at all, and a default",
            """\
{ config, ... }:
{
  sops.secrets.db = { };
  services.restic.backups.all.passwordFile = config.age.secrets.restic.path;
  services.k3s.tokenFile = config.sops.secrets.k3s.path or "/key";
  services.x.enable = config.sops.secrets ? x;
  options.my.file.default = let file = config.sops.secrets.y.path; in file;
}
""",
        ),
    )


_DEPTH = 12
_NOT_USED = frozenset({"default", "example", "defaultText"})
"""What an option's declaration says may never be asked for."""
_UNKNOWN_NAME = "<name>"
"""Stands in a symbol for a name that is not known."""
_GUARDED = re.compile(rb"\s(?:or|\?)\s|hasAttr|attrByPath")
"""What makes a missing attribute no error."""


def _used(value: Value, depth: int) -> Iterator[tuple[str, str]]:
    if depth > _DEPTH:
        return
    match value:
        case SymbolValue(path=("config", "sops" | "age" as tool, "secrets", str(name), *_)) if name != _UNKNOWN_NAME:
            yield tool, name
        case SymbolValue(path=("config", "sops", "placeholder", str(name))) if name != _UNKNOWN_NAME:
            yield "sops", name
        case StringValue(parts=parts):
            for part in parts:
                if not isinstance(part, str):
                    yield from _used(part, depth + 1)
        case ListValue(elements=elements):
            for element in elements:
                yield from _used(element.force(), depth + 1)
        case AttrsValue():
            return  # The definitions within it are subjects of their own.
