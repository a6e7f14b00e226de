"""A hash of a password in a Compose file, of which Compose takes a part for a variable."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.oci.container import OciContainer
from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity


class ComposeHashCut(Rule[OciContainer]):
    """Compose expands every single `$` of a password hash, so the service gets only a part of the hash.

    ## What it finds

    In a Compose file, a hash as crypt(5) and `htpasswd` write it (`$apr1$…`, `$2y$…`, `$6$…`) in `environment`, `labels`,
    `command`, `entrypoint` or the `test` of a `healthcheck`, with a single `$` before a letter or `_`.

    ## Why it matters

    Compose takes what stands behind the `$` for the name of a variable. No such variable is set, so that this part of the
    hash is missing, and the login fails.

    ## What to do

    Write `$$` for each `$` of the hash, or keep the hash in a file that the program reads (Traefik: `usersFile`). There is
    no fix.

    ## What keeps it silent

    - A hash in which `$$` stands for each `$` before a letter.
    - A hash of which no single `$` stands before a letter: Compose changes nothing in it.
    - `${NAME}`, which is meant as a variable.
    - Files of variables (`env_file`).
    - A text of another file, by `extends` or `include`.

    ## References

    - [Compose file: interpolation](https://docs.docker.com/reference/compose-file/interpolation/)
    - [Traefik: BasicAuth](https://doc.traefik.io/traefik/middlewares/http/basicauth/)
    """

    name = "compose-hash-cut"
    code = "NL237"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (OciContainer,)
    finds_secrets = True

    def check(self, subject: OciContainer, _repository: Repository) -> Iterator[Finding]:
        """Report each text with a hash that Compose cuts."""
        for place in subject.cut_hashes:
            yield Finding(
                place=place,
                message=f"{subject.title} gets a password hash with parts missing: Compose reads a variable behind each "
                "single $ of it",
                help="write $$ for each $ of the hash",
                option=subject.option_path,
                container=subject.name,
                evidence="hash",
                redact=(place,),
            )

    examples = (
        Bad(
            "a label and a variable",
            {
                "compose.yaml": """\
services:
  web:
    image: example/web:1
    labels:
      - «"traefik.http.middlewares.auth.basicauth.users=bob:$apr1$aaaaaaaa$bbbbbbbbbbbbbbbbbbbbbb"»
    environment:
      LOGIN: «bob:$2y$05$aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa»
"""
            },
        ),
        Good(
            "each `$` is doubled, and a variable",
            {
                "compose.yaml": """\
services:
  web:
    image: example/web:1
    labels:
      - "traefik.http.middlewares.auth.basicauth.users=bob:$$apr1$$aaaaaaaa$$bbbbbbbbbbbbbbbbbbbbbb"
      - "traefik.http.routers.web.rule=Host(`$HOST`)"
    environment:
      LOGIN: ${LOGIN}
"""
            },
        ),
    )
