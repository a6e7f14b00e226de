"""A container that gets its image in two ways."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.oci.container import OciContainer
from nixlint.rule import Bad, Confidence, Finding, Good, Note, Repository, Rule, Severity


class OciTwoImages(Rule[OciContainer]):
    """NixOS rejects a container with both `imageFile` and `imageStream`.

    ## What it finds

    An OCI container with `imageFile` and `imageStream`.

    ## Why it matters

    The configuration does not build: *You can only define one of imageFile and imageStream*.

    ## What to do

    Keep `imageStream`, with what `dockerTools.streamLayeredImage` makes: it does not put the whole image into the store.

    ## What keeps it silent

    - One of them `null`, under a condition, or with a value that is not known.

    ## References

    - nixpkgs, `nixos/modules/virtualisation/oci-containers.nix`, `assertions`
    """

    name = "oci-two-images"
    code = "NL220"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (OciContainer,)

    def check(self, subject: OciContainer, _repository: Repository) -> Iterator[Finding]:
        """Report a container with both."""
        if subject.image_file is not None and subject.image_stream is not None:
            yield Finding(
                place=subject.image_stream,
                message=f"{subject.title} gets its image from imageStream and from imageFile: it does not build",
                help="keep one of them",
                option=f"{subject.option_path}.imageStream",
                container=subject.name,
                notes=(Note(subject.image_file, "and from here"),),
            )

    examples = (
        Bad(
            "both",
            """\
{ pkgs, ... }:
{
  virtualisation.oci-containers.containers.web = {
    image = "web:1";
    imageFile = pkgs.dockerTools.buildImage { name = "web"; tag = "1"; };
    «imageStream» = pkgs.dockerTools.streamLayeredImage { name = "web"; tag = "1"; };
  };
}
""",
        ),
        Good(
            "one, or perhaps one",
            """\
{ pkgs, config, ... }:
{
  virtualisation.oci-containers.containers.a = {
    image = "a:1";
    imageFile = null;
    imageStream = pkgs.dockerTools.streamLayeredImage { name = "a"; tag = "1"; };
  };
  virtualisation.oci-containers.containers.b = {
    image = "b:1";
    imageFile = config.my.image;
    imageStream = pkgs.dockerTools.streamLayeredImage { name = "b"; tag = "1"; };
  };
}
""",
        ),
    )
