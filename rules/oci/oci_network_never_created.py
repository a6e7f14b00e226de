"""A network that nobody makes."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.oci.container import OciContainer
from nixlint.containers.oci.networks import OciNetworks, uses_of
from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity

_APP = """\
{
  virtualisation.oci-containers.containers.app = { image = "app:1"; networks = [ "backend" ]; };
}
"""
_UNIT = """\
{ pkgs, ... }:
{
  systemd.services.make-network = {
    wantedBy = [ "multi-user.target" ];
    script = "${pkgs.podman}/bin/podman network create --ignore backend";
  };
}
"""


class OciNetworkNeverCreated(Rule[OciContainer]):
    """A container in a network that nothing in the repository creates does not start on a new machine.

    ## What it finds

    The name of a network in the `networks` of an OCI container, or after `--network=`, that stands nowhere else in the
    repository.

    ## Why it matters

    NixOS has no option for networks of OCI containers, and the engine does not make what it does not know: *network not
    found*. A network that was created by hand does not exist on the next machine.

    ## What to do

    Make it with a unit that the container's unit comes after:

    ```nix
    systemd.services.podman-network-backend = {
      before = [ "podman-app.service" ];
      requiredBy = [ "podman-app.service" ];
      serviceConfig = { Type = "oneshot"; RemainAfterExit = true; };
      script = "${pkgs.podman}/bin/podman network create --ignore backend";
    };
    ```

    ## What keeps it silent

    - The name anywhere else in the repository, be it in a script, in a Compose file or in a comment.
    - A `network create` of which the name is made of variables.
    - Names of networks that the engines bring (`host`, `bridge`, `podman`), `container:` and other modes.
    - A name that is not known or is a common word, since that stands elsewhere too.

    ## References

    - [nixpkgs issue 200730, declarative networks](https://github.com/NixOS/nixpkgs/issues/200730)
    - [docker network create](https://docs.docker.com/reference/cli/docker/network/create/)
    """

    name = "oci-network-never-created"
    code = "NL219"
    severity = Severity.WARNING
    confidence = Confidence.LIKELY
    asks = (OciContainer,)

    def check(self, subject: OciContainer, repository: Repository) -> Iterator[Finding]:
        """Report each network of a container that nothing else names."""
        if subject.place.path.suffix != ".nix":
            return
        for name, place in uses_of(subject):
            found = OciNetworks.of(repository)
            if found.is_complete and name in found.unmade:
                yield Finding(
                    place=place,
                    message=f"{subject.title} is in network {name}, which nothing in this repository creates: on a new "
                    "machine it does not start",
                    help="create it with a unit that the container's unit comes after",
                    option=f"{subject.option_path}.networks",
                    container=subject.name,
                    evidence=name,
                )

    examples = (
        Bad(
            "by option and by flag",
            """\
{
  virtualisation.oci-containers.containers = {
    app = { image = "app:1"; networks = [ «"backend"» ]; };
    db = { image = "db:1"; extraOptions = [ «"--network=backend"» ]; };
  };
}
""",
        ),
        Good(
            "a unit makes it",
            {
                "app.nix": _APP,
                "network.nix": _UNIT,
            },
        ),
        Good(
            "a function makes it",
            {
                "app.nix": _APP,
                "make.nix": 'name: { script = "docker network create ${name}"; }\n',
            },
        ),
        Good(
            "a script makes it",
            {
                "app.nix": _APP,
                "setup.sh": "docker network create backend\n",
            },
        ),
        Good(
            "networks that are always there, and another container's",
            """\
{
  virtualisation.oci-containers.containers = {
    a = { image = "a:1"; networks = [ "podman" ]; };
    b = { image = "b:1"; extraOptions = [ "--network=host" ]; };
    c = { image = "c:1"; extraOptions = [ "--network=container:a" ]; };
    d = { image = "d:1"; extraOptions = [ "--network=slirp4netns:port_handler=slirp4netns" ]; };
  };
}
""",
        ),
        Good(
            "a name that is not known",
            """\
{ config, ... }:
{
  virtualisation.oci-containers.containers.a = { image = "a:1"; networks = [ config.my.network "${config.my.name}-net" ]; };
}
""",
        ),
    )
