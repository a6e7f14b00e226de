"""A file that is meant to be encrypted, and is not."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.rule import Bad, Confidence, Finding, Good, OptionPath, Repository, Rule, Severity, WrittenDefinition
from nixlint.secrets.files import is_age_file, is_sops_file, is_stand_in
from nixlint.secrets.ways import Way, sources_of

from .circumstances import is_for_trial_here


class SecretFileNotEncrypted(Rule[WrittenDefinition]):
    """A file of secrets for sops-nix or agenix is not encrypted.

    ## What it finds

    `sops.defaultSopsFile`, `sops.secrets.<name>.sopsFile` and `age.secrets.<name>.file` that name a file of the repository
    in which there is nothing of what sops or age write.

    ## Why it matters

    The secrets stand in the repository, in its history and in `/nix/store`, where every user can read them. What is to
    decrypt the file fails besides: the build with sops-nix, the start of the system with agenix.

    ## What to do

    Encrypt the file (`sops --encrypt --in-place`, `agenix -e`), take the plain one out of the history, and change the
    secrets: they have been public.

    ## What keeps it silent

    - Files outside the repository, ones that are not there, and `.sops.yaml`, the settings of sops.
    - Empty files, and files that git-crypt, Git LFS or git-annex keep elsewhere.
    - Files for tests, examples, templates, virtual machines and installers.

    ## References

    - [sops-nix, usage](https://github.com/Mic92/sops-nix#usage-example)
    - [agenix, tutorial](https://github.com/ryantm/agenix#tutorial)
    """

    name = "secret-file-not-encrypted"
    code = "NL315"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (WrittenDefinition,)
    names = frozenset({b"defaultSopsFile", b"sopsFile", b"file"})

    def may_be_at(self, path: OptionPath) -> bool:
        """Whether it is an option for a file that one of the tools decrypts."""
        return _tool(path) is not None

    def check(self, subject: WrittenDefinition, repository: Repository) -> Iterator[Finding]:
        """Report a file for sops-nix or agenix that holds its secrets in the clear."""
        tool = _tool(subject.path)
        if tool is None:
            return
        for source in sources_of(subject.value):
            text = repository.text(source.file) if source.way is Way.COPIED and source.file is not None else None
            if text is None or source.file is None or is_stand_in(text) or source.file.name in _SETTINGS_OF_TOOLS:
                continue
            if (is_sops_file if tool == "sops" else is_age_file)(text):
                continue
            if is_for_trial_here(subject.name.path, repository) or is_for_trial_here(source.file, repository):
                continue
            yield Finding(
                subject.value_place,
                f"{source.file.name} is not encrypted by {tool}: its secrets are in the clear in the repository and in "
                "/nix/store",
                f"encrypt it with {tool}, take it out of the history, and change the secrets",
                option=str(subject.path),
            )

    examples = (
        Bad(
            "files with secrets in the clear",
            {
                "configuration.nix": """\
{
  sops.defaultSopsFile = «./secrets.yaml»;
  sops.secrets.app.sopsFile = «./app.env»;
  age.secrets.mail.file = «./mail.age»;
}
""",
                "secrets.yaml": "password: waterfall9\n",
                "app.env": "APP_PASSWORD=waterfall9\n",
                "mail.age": "waterfall9\n",
            },
        ),
        Good(
            "encrypted files, empty ones, and ones that are not there",
            {
                "configuration.nix": """\
{ inputs, ... }: {
  sops.defaultSopsFile = ./secrets.yaml;
  sops.secrets.app.sopsFile = ./app.env;
  sops.secrets.new.sopsFile = ./new.yaml;
  sops.secrets.far.sopsFile = "${inputs.secrets}/far.yaml";
  age.secrets.mail.file = ./mail.age;
  age.secrets.text.file = ./text.age;
  age.secrets.none.file = ./none.age;
}
""",
                "secrets.yaml": "password: ENC[AES256_GCM,data:abc]\nsops:\n  mac: ENC[AES256_GCM,data:abc]\n",
                "app.env": "APP_PASSWORD=ENC[AES256_GCM,data:abc]\nsops_version=3.8.1\n",
                "new.yaml": "",
                "mail.age": "age-encryption.org/v1\n-> ssh-ed25519 abc\n",
                "text.age": "-----BEGIN AGE ENCRYPTED FILE-----\nabc\n",
            },
        ),
        Good(
            "the settings of sops, which hold no secret",
            {
                "configuration.nix": "{ sops.defaultSopsFile = ./.sops.yaml; }\n",
                ".sops.yaml": "keys: [ age1qyqszqgpqyqszqgpqyqszqgp ]\n",
            },
        ),
    )


_SETTINGS_OF_TOOLS = frozenset({".sops.yaml", ".sops.yml"})  # who may decrypt what; the file itself holds no secret


def _tool(option: OptionPath) -> str | None:
    """The tool that decrypts the file at an option, or ``None``."""
    names = option.names
    if names[-2:] == ("sops", "defaultSopsFile") or (option.last == "sopsFile" and names[-4:-2] == ("sops", "secrets")):
        return "sops"
    return "age" if option.last == "file" and names[-4:-2] == ("age", "secrets") else None
