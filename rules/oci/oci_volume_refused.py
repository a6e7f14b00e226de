"""A volume that no engine takes."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.languages.volume_mount import volume_fault
from nixlint.containers.oci.container import OciContainer, Text
from nixlint.rule import Bad, Confidence, Finding, Good, Note, Repository, Rule, Severity


class OciVolumeRefused(Rule[OciContainer]):
    """A container does not start if the engine rejects one of its volumes.

    ## What it finds

    A volume of an OCI container that neither Docker nor Podman takes: a path in the container that is not absolute, a
    source that is neither an absolute path nor the name of a volume, an option that there is not (`:readonly`), a
    variable (`$HOME`), and a second volume at a path that has one already.

    ## Why it matters

    The engine stops with an error, so the container's unit fails each time it starts. A shell variable is not expanded:
    NixOS quotes each volume, so the engine gets `$HOME` as it is written.

    ## What to do

    Write `source:target:options`: an absolute path of the host or the name of a volume, an absolute path in the
    container, and options such as `ro`. A path that depends on the configuration is interpolated by Nix:
    `"${config.users.users.alice.home}/photos:/photos"`.

    ## What keeps it silent

    - A volume with a part that is not known, and one under a condition.
    - Relative sources (`./data`, `~/music`), which another rule finds.
    - Compose files, which Compose reads by rules of its own.

    ## References

    - [Podman: `--volume`](https://docs.podman.io/en/latest/markdown/podman-run.1.html)
    - moby, `volume/mounts/linux_parser.go`
    - nixpkgs, `nixos/modules/virtualisation/oci-containers.nix`, `escapeShellArg`
    """

    name = "oci-volume-refused"
    code = "NL229"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (OciContainer,)

    def check(self, subject: OciContainer, _repository: Repository) -> Iterator[Finding]:
        """Report each volume that is refused by itself, and each at a path that is taken."""
        taken: dict[str, Text] = {}
        for text in subject.written_volumes:
            if not text.is_known or text.conditions:
                continue
            fault = volume_fault(text.text)
            if fault is not None:
                yield self._finding(subject, text, fault)
                continue
            target = _target(text.text)
            first = taken.setdefault(target, text)
            if first.text != text.text:
                found = self._finding(subject, text, f"{target} has a volume already")
                yield found._replace(notes=(Note(first.place, "this one"),))

    def _finding(self, container: OciContainer, text: Text, fault: str) -> Finding:
        return Finding(
            place=text.place,
            message=f"the engine refuses a volume of {container.title}: {fault}",
            help="write source:target:options, with an absolute path or the name of a volume as the source",
            option=f"{container.option_path}.volumes",
            container=container.name,
            evidence=text.text,
        )

    examples = (
        Bad(
            "a variable, a path that is not absolute, an option that there is not",
            """\
{
  virtualisation.oci-containers.containers.web = {
    image = "web:1";
    volumes = [
      «"$HOME/photos:/photos"»
      «"cache=/var/cache"»
      «"/srv/data:data"»
      «"srv/data:/data"»
      «"/srv/conf:/conf:readonly"»
    ];
  };
}
""",
        ),
        Bad(
            "a path that has a volume already, by option and by flag",
            """\
{
  virtualisation.oci-containers.containers.web = {
    image = "web:1";
    volumes = [ "/srv/a:/data" «"/srv/b:/data/"» ];
    extraOptions = [ «"--volume=c:/data"» ];
  };
}
""",
        ),
        Good(
            "paths, names and options",
            """\
{ config, ... }:
{
  virtualisation.oci-containers.containers.web = {
    image = "web:1";
    volumes = [
      "/srv/data:/data:ro,Z"
      "cache:/var/cache"
      "/srv/data:/data/inner"
      "/anonymous"
      "${config.users.users.web.home}/$x:/home"
    ];
  };
}
""",
        ),
        Good(
            "one of two, by a condition",
            """\
{ config, lib, ... }:
{
  virtualisation.oci-containers.containers.web = {
    image = "web:1";
    volumes = [ "/srv/a:/data" ] ++ lib.optional config.my.other "/srv/b:/data";
  };
}
""",
        ),
        Good(
            "a Compose file",
            {"compose.yaml": "services:\n  web:\n    image: web:1\n    volumes: ['$HOME/x:/data']\n"},
        ),
    )


def _target(volume: str) -> str:
    parts = volume.split(":")
    return (parts[1] if len(parts) > 1 else parts[0]).rstrip("/") or "/"
