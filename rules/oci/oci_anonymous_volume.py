"""A volume without a name, which is a new one at each start."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.oci.container import Mount, OciContainer
from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity

_PASSING = frozenset(
    ".cache cache caches .next .npm .venv venv log logs node_modules __pycache__ run temp tmp transcode transcodes".split()
)
"""Names of folders whose content may go, or that hide what a mount above them brings."""


class OciAnonymousVolume(Rule[OciContainer]):
    """A volume without a source is new and empty at each start of the container, so its data is lost.

    ## What it finds

    A path alone in the `volumes` of an OCI container, or after `-v`, without a path of the host or a name before it.

    ## Why it matters

    The engine makes an anonymous volume for it. NixOS runs containers with `--rm`, which takes anonymous volumes away with
    the container, and removes a container of the name before each start: after a restart, an update or a reboot the
    container begins with an empty folder. It is not the host's folder of that path either.

    ## What to do

    Give it a name, `"app-data:/data"`, or a path of the host, `"/var/lib/app:/data"`.

    ## What keeps it silent

    - Folders for what may go: `cache`, `tmp`, `run`, `logs`, `node_modules` and the like.
    - A folder below another mount of the container, which the volume is there to hide.
    - A path that is not known, and a volume under a condition.
    - Compose files: Compose hands anonymous volumes on to the next container.

    ## References

    - [docker run, `--rm`](https://docs.docker.com/reference/cli/docker/container/run/#rm)
    - nixpkgs, `nixos/modules/virtualisation/oci-containers.nix`, `autoRemoveOnStop` and `pre-start`
    """

    name = "oci-anonymous-volume"
    code = "NL221"
    severity = Severity.ERROR
    confidence = Confidence.LIKELY
    asks = (OciContainer,)

    def check(self, subject: OciContainer, _repository: Repository) -> Iterator[Finding]:
        """Report each anonymous volume that may hold something to keep."""
        if subject.place.path.suffix != ".nix":
            return
        for mount in subject.mounts:
            target = mount.volume.target
            if _is_anonymous(mount) and not _is_passing(target) and not _hides_a_mount(target, subject.mounts):
                yield Finding(
                    place=mount.text.place,
                    message=f"{subject.title} has an anonymous volume at {target}: it is empty again after each restart",
                    help=f'give it a name or a path of the host, as in "data:{target}"',
                    option=f"{subject.option_path}.volumes",
                    container=subject.name,
                    evidence=target,
                )

    examples = (
        Bad(
            "as a volume, and as a flag",
            """\
{
  virtualisation.oci-containers.containers.wiki = {
    image = "wiki:1";
    volumes = [ «"/data"» "uploads:/uploads" ];
    extraOptions = [ «"--volume=/var/lib/wiki"» ];
  };
}
""",
        ),
        Good(
            "named, and of the host",
            """\
{
  virtualisation.oci-containers.containers.wiki = {
    image = "wiki:1";
    volumes = [ "data:/data" "/srv/uploads:/uploads" ];
  };
}
""",
        ),
        Good(
            "what may go, and what hides a part of a mount",
            """\
{
  virtualisation.oci-containers.containers.app = {
    image = "app:1";
    volumes = [ "/srv/app:/app" "/app/secret" "/var/cache/app" "/tmp" ];
  };
}
""",
        ),
        Good(
            "under a condition, and a path that is not known",
            """\
{ config, lib, ... }:
{
  virtualisation.oci-containers.containers.app = {
    image = "app:1";
    volumes = [ (lib.mkIf config.my.scratch "/scratch") config.my.volume "/${config.my.folder}" ];
  };
}
""",
        ),
        Good(
            "a Compose file",
            {"compose.yaml": "services:\n  web:\n    image: web:1\n    volumes: ['/data']\n"},
        ),
    )


def _is_anonymous(mount: Mount) -> bool:
    return mount.volume.source is None and mount.text.is_known and not mount.text.conditions


def _is_passing(target: str) -> bool:
    return any(name.lower() in _PASSING for name in target.split("/"))


def _hides_a_mount(target: str, mounts: tuple[Mount, ...]) -> bool:
    return any(
        mount.volume.source is not None and target.startswith(mount.volume.target.rstrip("/") + "/") for mount in mounts
    )
