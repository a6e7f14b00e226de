"""A volume whose source is not where it seems to be."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.oci.container import OciContainer
from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity


class OciRelativeVolume(Rule[OciContainer]):
    """A relative source of a volume never refers to the file beside the module.

    ## What it finds

    A volume of an OCI container whose source begins with `./`, `../` or `~`.

    ## Why it matters

    The engine is started by systemd, with `/` as its folder and without a shell: `./data` is `/data`, or refused by older
    engines, and `~` is no home folder at all. The container gets an empty folder, or does not start.

    ## What to do

    Write an absolute path. A file beside the module is `"${./nginx.conf}:/etc/nginx/nginx.conf:ro"`, where it holds no
    secret: it is copied into the store.

    ## What keeps it silent

    - Absolute paths, and names of volumes.
    - Compose files, where a path is relative to the file.
    - A source of which the beginning is not known.

    ## References

    - `nixos/modules/virtualisation/oci-containers.nix`
    - systemd.exec(5), `WorkingDirectory=`
    """

    name = "oci-relative-volume"
    code = "NL215"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (OciContainer,)

    def check(self, subject: OciContainer, _repository: Repository) -> Iterator[Finding]:
        """Report each such volume."""
        if subject.place.path.suffix != ".nix":
            return
        for mount in subject.mounts:
            if mount.volume.is_relative:
                yield Finding(
                    place=mount.text.place,
                    message=f"{subject.title} mounts {mount.volume.source}, which is not relative to this file: "
                    "systemd starts the engine in /, without a shell",
                    help='write an absolute path, or "${./file}" for a file beside the module that holds no secret',
                    option=f"{subject.option_path}.volumes",
                    container=subject.name,
                    evidence=mount.volume.source or "",
                )

    examples = (
        Bad(
            "beside the module, and at home",
            """\
{
  virtualisation.oci-containers.containers.web = {
    image = "web:1";
    volumes = [ «"./data:/data"» «"~/music:/music:ro"» ];
  };
}
""",
        ),
        Good(
            "absolute, a name, and a file of the store",
            """\
{
  virtualisation.oci-containers.containers.web = {
    image = "web:1";
    volumes = [ "/srv/data:/data" "data:/cache" "${./nginx.conf}:/etc/nginx/nginx.conf:ro" ];
  };
}
""",
        ),
        Good(
            "a Compose file",
            {"compose.yaml": "services:\n  web:\n    image: web:1\n    volumes: ['./data:/data']\n"},
        ),
    )
