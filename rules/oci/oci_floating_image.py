"""An image that may be another one tomorrow."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.oci.container import OciContainer
from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity


class OciFloatingImage(Rule[OciContainer]):
    """An image without a version can change at the next pull.

    ## What it finds

    An OCI container whose image has no tag or the name of a channel for one, and no digest: `latest`, `stable`, `main`,
    `release`, `edge`, `nightly` and others (`nixlint/data/image_channels.json`), with a variant after it or not.

    ## Why it matters

    What runs is decided by when it was pulled, not by the configuration: a rollback of NixOS does not bring the old version
    back, and a database may be upgraded to a format from which there is no way back.

    ## What to do

    Name a version, `image = "postgres:17.2"`, or a digest, `image = "postgres@sha256:…"`.

    ## What keeps it silent

    - Any other tag, or a digest.
    - A label by which a program is to pull newer images, such as `io.containers.autoupdate`, and an image of
      `localhost/`: there the tag is the point.
    - An image that is built here: `imageFile`, `imageStream`.
    - A reference with a part that is not known.

    It is a note: about half of all configurations do it, and it can be a choice.

    ## References

    - [Docker: pinning base image versions](https://docs.docker.com/build/building/best-practices/#pin-base-image-versions)
    """

    name = "oci-floating-image"
    code = "NL203"
    severity = Severity.INFO
    confidence = Confidence.CERTAIN
    asks = (OciContainer,)

    def check(self, subject: OciContainer, _repository: Repository) -> Iterator[Finding]:
        """Report an image that floats."""
        if subject.image is None or subject.has_image_of_its_own or subject.updates_itself:
            return
        reference, text = subject.image
        if reference.is_floating and not reference.is_local:
            tag = f"the tag {reference.tag}" if reference.tag else "no tag"
            yield Finding(
                place=text.place,
                message=f"{subject.title} runs {text.text}, which has {tag}: what runs depends on when it was pulled",
                help="name a version or a digest",
                option=f"{subject.option_path}.image",
                container=subject.name,
            )

    examples = (
        Bad(
            "the tag latest",
            '{\n  virtualisation.oci-containers.containers.db.image = «"docker.io/postgres:latest"»;\n}\n',
        ),
        Bad("no tag", '{\n  virtualisation.oci-containers.containers.db.image = «"postgres"»;\n}\n'),
        Bad(
            "names of channels",
            """\
{
  virtualisation.oci-containers.containers.a.image = «"ghcr.io/home-assistant/home-assistant:stable"»;
  virtualisation.oci-containers.containers.b.image = «"nginx:stable-alpine"»;
  virtualisation.oci-containers.containers.c.image = «"a/c:main"»;
}
""",
        ),
        Good(
            "a label that asks for newer images, and one that is built here",
            """\
{
  virtualisation.oci-containers.containers.a = {
    image = "docker.io/a:latest";
    labels."io.containers.autoupdate" = "registry";
  };
  virtualisation.oci-containers.containers.b = {
    image = "docker.io/b:latest";
    extraOptions = [ "--label=io.containers.autoupdate=registry" ];
  };
  virtualisation.oci-containers.containers.c.image = "localhost/c:latest";
}
""",
        ),
        Good(
            "a variant of a version", '{ virtualisation.oci-containers.containers.db.image = "postgres:17-alpine"; }\n'
        ),
        Good("a version", '{ virtualisation.oci-containers.containers.db.image = "postgres:17"; }\n'),
        Good(
            "a digest",
            '{ virtualisation.oci-containers.containers.db.image = "postgres:latest@sha256:'
            'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"; }\n',
        ),
        Good(
            "built here",
            "{ pkgs, ... }: { virtualisation.oci-containers.containers.db = "
            '{ image = "mine"; imageFile = pkgs.dockerTools.buildImage { name = "mine"; }; }; }\n',
        ),
        Good(
            "a version that is not known",
            '{ config, ... }: { virtualisation.oci-containers.containers.db.image = "postgres:${config.version}"; }\n',
        ),
    )
