"""A container with a path of the host that is the host itself."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.host.paths import HostPath, engine_socket, holds_secrets, written_path
from nixlint.containers.host.watchers import watches_host
from nixlint.containers.oci.container import Mount, OciContainer
from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity

_READ_ONLY_BY_ITSELF = "/nix/store"
"""NixOS mounts it read-only, and so a container gets it."""


class OciHostPath(Rule[OciContainer]):
    """A container that can write to `/`, `/etc`, `/root` or `/var/lib` of its host controls the host.

    ## What it finds

    A volume, by option or by a flag, that is one of the host's own folders: to write to `/`, `/etc`, `/boot`, `/home`,
    `/root`, `/var/lib`, `/dev`, `/proc`, `/sys` and others, or to read `/`, `/etc`, `/etc/ssh` and `/root`, where its keys
    and passwords are.

    ## Why it matters

    Root in a container is root for the files that it sees. With write access to `/etc` it can add a user to the host,
    with write access to `/var/lib` it can change the data of every service, and with read access to `/root` it has the
    keys.

    ## What to do

    Mount the one folder that the container is about, with `:ro` where it only reads.

    ## What keeps it silent

    - Folders within these, such as `/var/lib/gitea` or `/home/alice`, and single files such as `/etc/localtime`.
    - Read-only mounts of folders without secrets, and `/nix/store`, which is read-only by itself.
    - Read-only mounts of programs that watch the host, such as node-exporter, cAdvisor, Netdata and Telegraf
      (`nixlint/data/host_watchers.json`).
    - Folders of the engine's socket, of which another rule tells.
    - A volume with a part that is not known.
    - A container that another user than root runs, or that runs its program as one (`user = "1000"`).
    - A privileged container, of which another rule tells.

    ## References

    - [CIS Docker Benchmark, 5.6](https://www.cisecurity.org/benchmark/docker)
    - `nixlint/data/host_paths.json`, with the reason for each
    """

    name = "oci-host-path"
    code = "NL209"
    severity = Severity.WARNING
    confidence = Confidence.CERTAIN
    asks = (OciContainer,)

    def check(self, subject: OciContainer, _repository: Repository) -> Iterator[Finding]:
        """Report each such volume."""
        if subject.privileged is not None or subject.may_be_confined or subject.has_other_user_than_root:
            return
        for mount in subject.mounts:
            source = mount.volume.source
            if source is None or not mount.volume.is_bind or not mount.text.is_known or engine_socket(source):
                continue
            path = written_path(source)
            if path is None or path.path == _READ_ONLY_BY_ITSELF:
                continue
            if mount.volume.is_read_only and watches_host(subject.image[0] if subject.image else None):
                continue
            if not mount.volume.is_read_only or holds_secrets(path):
                yield self._finding(subject, mount, path)

    def _finding(self, container: OciContainer, mount: Mount, path: HostPath) -> Finding:
        verb, end = ("read", "has the host's keys") if mount.volume.is_read_only else ("write to", "controls the host")
        return Finding(
            place=mount.text.place,
            message=f"{container.title} may {verb} {path.path}, {path.what}: an attacker in the container {end}",
            help="mount the one folder that the container is about",
            option=f"{container.option_path}.volumes",
            container=container.name,
            evidence=path.path,
        )

    examples = (
        Bad(
            "to write, and to read the keys",
            """\
{
  virtualisation.oci-containers.containers.backup = {
    image = "backup:1";
    volumes = [ «"/var/lib:/data"» «"/:/host:ro"» «"/etc/:/host/etc"» ];
    extraOptions = [ «"--mount=type=bind,source=/root,target=/keys,readonly"» ];
  };
}
""",
        ),
        Bad(
            "root by name, and a user that is not known",
            """\
{ config, ... }:
{
  virtualisation.oci-containers.containers.a = { image = "a:1"; volumes = [ «"/etc:/x"» ]; user = "0:100"; };
  virtualisation.oci-containers.containers.b = { image = "b:1"; volumes = [ «"/etc:/x"» ]; user = config.my.user; };
}
""",
        ),
        Good(
            "programs that watch the host",
            """\
{
  virtualisation.oci-containers.containers.node = {
    image = "quay.io/prometheus/node-exporter:v1.9.0";
    volumes = [ "/:/host:ro,rslave" ];
  };
  virtualisation.oci-containers.containers.cadvisor = {
    image = "gcr.io/cadvisor/cadvisor:v0.52.1";
    volumes = [ "/:/rootfs:ro" "/sys:/sys:ro" ];
  };
}
""",
        ),
        Good(
            "what the container is about",
            """\
{
  virtualisation.oci-containers.containers.git = {
    image = "git:1";
    volumes = [
      "/var/lib/gitea:/data"
      "/etc/localtime:/etc/localtime:ro"
      "/proc:/host/proc:ro"
      "/nix/store:/nix/store"
      "/variable:/x"
    ];
  };
}
""",
        ),
        Good(
            "privileged, and with a user that may not",
            """\
{
  virtualisation.oci-containers.containers.a = { image = "a:1"; volumes = [ "/etc:/x" ]; privileged = true; };
  virtualisation.oci-containers.containers.b = { image = "b:1"; volumes = [ "/etc:/x" ]; user = "1000:1000"; };
  virtualisation.oci-containers.containers.c = {
    image = "c:1";
    volumes = [ "/home:/x" ];
    extraOptions = [ "--user" "nobody" ];
  };
}
""",
        ),
        Good(
            "it may be read-only",
            """\
{ config, ... }:
{
  virtualisation.oci-containers.containers.index = {
    image = "index:1";
    volumes = [ "/home:/data:${config.my.mode}" ];
  };
}
""",
        ),
    )
