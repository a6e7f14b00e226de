"""A secret in plain text in a Compose file."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.oci.container import OciContainer, Text
from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity
from nixlint.secrets.assignments import Assignment, assignment, secret_flags
from nixlint.secrets.looks import Look, is_guessed
from nixlint.secrets.names import kind_of_secret
from nixlint.secrets.tokens import token_in

from .circumstances import is_for_trial_by_path
from .verdicts import MARKS, with_article


class SecretInComposeFile(Rule[OciContainer]):
    """A secret in a Compose file is in the repository and in the engine's records.

    ## What it finds

    In a Compose file, a value in `environment`, `labels`, `command`, `entrypoint` or the `test` of a `healthcheck` that
    stands at a name of a secret (`POSTGRES_PASSWORD`, `--token`), or that shows by its form that it is a token.

    ## Why it matters

    Everybody who can read the repository has the secret, in all its old versions too; `docker inspect` and the list of
    processes show it on the host.

    ## What to do

    Write `${NAME}` and give the value in an `.env` file that git does not track, or use `secrets:` with the image's
    `…_FILE` variable. `nixlint convert` makes a NixOS module that takes the secrets from sops-nix or agenix. Then change the
    secret.

    ## What keeps it silent

    - A value with a variable in it (`${NAME}`, `${NAME:-default}`), a path, a hash, a public key, an encrypted value.
    - A stand-in (`changeme`), a password that everybody tries first (`admin`), and one that another variable has for its
      value or a part of its own name: such a file is a template.
    - `--secret` with the name of a secret that the engine keeps (`--secret=real_s3,target=…`).
    - Files for tests, examples and templates.
    - `# pragma: allowlist secret` and `# gitleaks:allow` on the line.

    ## References

    - [Docker: secrets in Compose](https://docs.docker.com/compose/how-tos/use-secrets/)
    """

    name = "secret-in-compose-file"
    code = "NL316"
    severity = Severity.WARNING
    confidence = Confidence.LIKELY
    asks = (OciContainer,)
    finds_secrets = True
    also_suppressed_by = MARKS

    def check(self, subject: OciContainer, repository: Repository) -> Iterator[Finding]:
        """Report each secret that is written out in a service."""
        if not (subject.variables or subject.labels or subject.commands) or is_for_trial_by_path(
            subject.place.path, repository
        ):
            return
        pairs = [variable.text.partition("=")[::2] for variable in subject.variables]
        words = {value for name, value in pairs if kind_of_secret(name) is None}
        for variable in subject.variables:
            name, _, value = variable.text.partition("=")
            found = assignment(variable.text)
            if found is not None and value not in words and _is_secret(found, value):
                yield _finding(subject, variable, f"sets {name} to {with_article(found.kind)} in plain text", name)
            elif found is None and (kind := token_in(value)) is not None:
                yield _finding(subject, variable, f"sets {name} to {with_article(kind)} in plain text", name)
        for label in subject.labels:
            yield from _in_label(subject, label)
        for command in subject.commands:
            yield from _in_command(subject, command)

    examples = (
        Bad(
            "a variable and a flag",
            {
                "compose.yaml": """\
services:
  db:
    image: postgres:17
    environment:
      POSTGRES_USER: app
      POSTGRES_PASSWORD: «s3cr3t-garden»
  agent:
    image: example/agent:2
    environment:
      - «API_TOKEN=d41d8cd98f00b204»
    command: [ agent, --token, «waterfall9-riverbank» ]
"""
            },
        ),
        Bad(
            "labels that another program reads",
            {
                "compose.yaml": """\
services:
  media:
    image: example/media:1
    labels:
      homepage.widget.password: «waterfall9-riverbank»
      homepage.widget.key: «9b2f61c47e0d4a86»
      homepage.group: Media
  other:
    image: example/media:1
    labels: [ «homepage.widget.token=d41d8cd98f00b204» ]
"""
            },
        ),
        Good(
            "variables, files, stand-ins, and names of secrets that the engine keeps",
            {
                "compose.yaml": """\
services:
  db:
    image: postgres:17
    environment:
      POSTGRES_PASSWORD: ${POSTGRES_PASSWORD}
      POSTGRES_PASSWORD_FILE: /run/secrets/db
      MINIO_ROOT_PASSWORD: ${MINIO_ROOT_PASSWORD:-s3cr3t-garden}
      ADMIN_PASSWORD: changeme
      GF_SECURITY_ADMIN_PASSWORD: admin
  s3:
    image: example/s3:1
    labels: [ "homepage.widget.password=${WIDGET_PASSWORD}", "traefik.http.routers.s3.service=api@internal" ]
    command: serve --secret=real_s3,target=/run/s3 --token-file /run/secrets/token
"""
            },
        ),
        Good(
            "a template in which the user's name is the password",
            {
                "compose.yaml": """\
services:
  db:
    image: postgres:17
    environment: [ POSTGRES_USER=miniflux, POSTGRES_PASSWORD=miniflux ]
"""
            },
        ),
        Good(
            "an example",
            {
                "examples/compose.yaml": """\
services:
  db: { image: "postgres:17", environment: { POSTGRES_PASSWORD: s3cr3t-garden } }
"""
            },
        ),
    )


def _in_label(subject: OciContainer, label: Text) -> Iterator[Finding]:
    name, _, value = label.text.partition("=")
    found = assignment(label.text)
    if found is not None and _is_secret(found, value):
        yield _finding(subject, label, f"has the label {name} with {with_article(found.kind)} in plain text", name)
    elif found is None and (kind := token_in(value)) is not None:
        yield _finding(subject, label, f"has the label {name} with {with_article(kind)} in plain text", name)


def _in_command(subject: OciContainer, words: tuple[Text, ...]) -> Iterator[Finding]:
    texts = [word.text for word in words]
    found = {item.at: item for item in secret_flags(texts)}
    for index, word in enumerate(words):
        item = found.get(index)
        if item is not None and _is_secret(item, texts[index].rpartition("=")[2]):
            yield _finding(
                subject, word, f"gives its command the flag {item.name} with a secret in plain text", item.name
            )
        elif item is None and (kind := token_in(word.text)) is not None:
            yield _finding(subject, word, f"gives its command {with_article(kind)} in plain text", kind)


def _is_secret(found: Assignment, value: str) -> bool:
    """Whether it is no stand-in, no default and no word that is tried first, nor a part of its own name."""
    if found.look is not Look.SECRET or is_guessed(value) or "$" in value:
        return False
    letters = "".join(filter(str.isalnum, value.lower()))
    return letters not in "".join(filter(str.isalnum, found.name.lower()))


def _finding(subject: OciContainer, text: Text, what: str, evidence: str) -> Finding:
    return Finding(
        place=text.place,
        message=f"{subject.title} {what}: everyone with access to the repository can read it",
        help="write ${NAME} and keep the value in a file that git does not track, or use secrets:; then change the secret",
        option=subject.option_path,
        container=subject.name,
        evidence=evidence,
        redact=(text.place,),
    )
