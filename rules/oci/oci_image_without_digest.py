"""An image that its publisher can replace."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.oci.container import OciContainer
from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity


class OciImageWithoutDigest(Rule[OciContainer]):
    """A tag can be moved to another image; a digest can't.

    ## What it finds

    An OCI container whose image has a tag, and no digest.

    ## Why it matters

    The owner of the repository in the registry, or an attacker who breaks into it, can move the tag to another image.
    Two hosts with one configuration may run different programs.

    ## What to do

    Add the digest, `image = "postgres:17.2@sha256:…"`; programs such as Renovate keep it up to date.

    ## What keeps it silent

    - An image without a tag or with `latest`, of which another rule tells.
    - An image that is built here: `imageFile`, `imageStream`, and what is at `localhost`.
    - A reference with a part that is not known.

    ## References

    - [Docker: pinning base image versions](https://docs.docker.com/build/building/best-practices/#pin-base-image-versions)
    """

    name = "oci-image-without-digest"
    code = "NL211"
    severity = Severity.INFO
    confidence = Confidence.CERTAIN
    pedantic = True
    asks = (OciContainer,)

    def check(self, subject: OciContainer, _repository: Repository) -> Iterator[Finding]:
        """Report an image that is pinned by its tag alone."""
        if subject.image is None or subject.has_image_of_its_own:
            return
        reference, text = subject.image
        if reference.digest is None and not reference.is_floating and reference.registry != "localhost":
            yield Finding(
                place=text.place,
                message=f"{subject.title} runs {text.text}, which has no digest: the tag can be moved to another image",
                help="add the image's digest",
                option=f"{subject.option_path}.image",
                container=subject.name,
            )

    examples = (
        Bad(
            "a tag",
            '{\n  virtualisation.oci-containers.containers.db.image = «"docker.io/postgres:17.2"»;\n}\n',
        ),
        Good(
            "a digest",
            '{ virtualisation.oci-containers.containers.db.image = "postgres:17@sha256:'
            'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"; }\n',
        ),
        Good("built on the host", '{ virtualisation.oci-containers.containers.db.image = "localhost/mine:1"; }\n'),
    )
