"""A name that no engine takes for a container."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nixlint.containers.oci.container import OciContainer
from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*")


class OciNameRefused(Rule[OciContainer]):
    """A container does not start if the engine rejects its name.

    ## What it finds

    An OCI container whose attribute has a character that Docker and Podman do not take in a name: a slash, a blank, a
    colon, or a first character that is neither a letter nor a digit.

    ## Why it matters

    NixOS hands the name to the engine (`--name=`), which takes letters, digits, `_`, `.` and `-` alone. The unit fails each
    time it starts; with a slash it is not even the name of a unit.

    ## What to do

    Give the container a name of these characters: `team-chat` for `team/chat`.

    ## What keeps it silent

    - A name that is not known.
    - `--name` among the flags: the engine takes the last one.
    - Compose files.

    ## References

    - moby, `daemon/names/names.go`, `RestrictedNameChars`
    - podman, `libpod/define/errors.go`: *names must match [a-zA-Z0-9][a-zA-Z0-9_.-]\\*: invalid argument*
    """

    name = "oci-name-refused"
    code = "NL231"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (OciContainer,)

    def check(self, subject: OciContainer, _repository: Repository) -> Iterator[Finding]:
        """Report the name of a container that is refused."""
        if subject.name is None or subject.place.path.suffix != ".nix" or _NAME.fullmatch(subject.name):
            return
        if not subject.values("--name"):
            yield Finding(
                place=subject.place,
                message=f"the engine refuses the name of {subject.title}: it takes letters, digits, '_', '.' and '-'",
                help="give it a name of these characters",
                option=subject.option_path,
                container=subject.name,
                evidence=subject.name,
            )

    examples = (
        Bad(
            "a slash and a blank",
            """\
{
  virtualisation.oci-containers.containers = {
    «"team/chat"».image = "chat:1";
    «"my wiki"» = { image = "wiki:1"; };
  };
}
""",
        ),
        Good(
            "letters, digits and the rest",
            """\
{
  virtualisation.oci-containers.containers = {
    team-chat_2.image = "chat:1";
    "9.wiki" = { image = "wiki:1"; };
  };
}
""",
        ),
        Good(
            "a name of its own, and one that is not known",
            """\
{ config, ... }:
{
  virtualisation.oci-containers.containers = {
    "team/chat" = { image = "chat:1"; extraOptions = [ "--name=chat" ]; };
    "${config.my.name}/x" = { image = "wiki:1"; };
  };
}
""",
        ),
        Good("a Compose file", {"compose.yaml": "services:\n  web:\n    image: web:1\n    container_name: web\n"}),
    )
