"""A flag of the engine for which there is an option."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.languages.engine_flags import Flag
from nixlint.containers.oci.container import UNKNOWN, OciContainer
from nixlint.containers.oci.flag_options import FlagOption, flag_options
from nixlint.rule import (
    Bad,
    Confidence,
    Finding,
    Fix,
    Good,
    Note,
    OptionPath,
    Reach,
    Repository,
    Rule,
    Safety,
    Severity,
    encode,
    moving_elements,
    parse_pattern,
    target_release,
)


class OciFlagWithAnOption(Rule[OciContainer]):
    """A flag in `extraOptions` duplicates a NixOS option.

    ## What it finds

    Flags such as `--network`, `--privileged`, `--device`, `--cap-add`, `--hostname`, `--pull`, `--volume` or `--env` in
    `extraOptions` of an OCI container, joined (`--network=host`) or split, where the release has an option for them.

    ## Why it matters

    It works, so this rule is about style. An option has a type, can be defined in several modules and overridden, and
    does not depend on the engine.

    ## What to do

    Set the option. `networks`, `devices`, `capabilities`, `privileged` and `pull` are there since NixOS 25.05.

    ## What keeps it silent

    - It is pedantic: it runs only with `--pedantic`, or by its name.
    - A repository for a release without the option.
    - Flags with no value, `--env` and `--label` without `=` (the engine takes the value from elsewhere), and flags that are
      made by an expression which is not known. Compose files.

    ## References

    - nixpkgs, `nixos/modules/virtualisation/oci-containers.nix`
    """

    name = "oci-flag-with-an-option"
    code = "NL511"
    severity = Severity.INFO
    confidence = Confidence.CERTAIN
    asks = (OciContainer,)
    pedantic = True

    def check(self, subject: OciContainer, repository: Repository) -> Iterator[Finding]:
        """Report the flags of a container together."""
        if subject.place.path.suffix != ".nix":
            return
        target = target_release(repository)
        found = [
            (flag, known)
            for flag in subject.flags
            if (known := flag_options().get(flag.name)) is not None
            and known.since <= target.release
            and _has_value(flag, known)
        ]
        if not found:
            return
        flags = list(dict.fromkeys(flag.name for flag, _ in found))
        options = list(dict.fromkeys(known.option for _, known in found))
        safety = Safety.SAFE if target.is_known else Safety.UNSAFE
        yield Finding(
            place=found[0][0].place,
            message=f"{subject.title} passes {', '.join(flags)} to the engine, for which there "
            + ("is an option" if len(options) == 1 else "are options"),
            help=f"set {', '.join(options)}",
            option=f"{subject.option_path}.extraOptions",
            container=subject.name,
            notes=tuple(Note(flag.place, f"{known.option} is for {flag.name}") for flag, known in found[1:]),
            fix=_fix(subject, found, repository, safety),
        )

    examples = (
        Bad(
            "joined and split, over lines",
            """\
{
  virtualisation.oci-containers.containers.web = {
    image = "web:1";
    extraOptions = [
      «"--network=host"»
      "--init"
      "--cap-add"
      "NET_ADMIN"
    ];
  };
}
""",
            fixed="""\
{
  virtualisation.oci-containers.containers.web = {
    image = "web:1";
    extraOptions = [
      "--init"
    ];
    networks = [ "host" ];
    capabilities.NET_ADMIN = true;
  };
}
""",
            config='nixos-release = "25.05"\n',
        ),
        Bad(
            "nothing else, on one line, and an option that is there",
            """\
{
  virtualisation.oci-containers.containers = {
    web = {
      image = "web:1";
      extraOptions = [ «"-v" "/srv:/srv" ];
      volumes = [ "data:/data" ];
    };
  };
}
""".replace('«"-v"', '«"-v"»'),
            fixed="""\
{
  virtualisation.oci-containers.containers = {
    web = {
      image = "web:1";
      volumes = [ "data:/data" "/srv:/srv" ];
    };
  };
}
""",
            config='nixos-release = "24.05"\n',
        ),
        Bad(
            "many, over lines",
            """\
{
  virtualisation.oci-containers.containers.web = {
    image = "web:1";
    extraOptions = [ «"-p"» "192.0.2.1:8443:8443" "-p" "192.0.2.1:3478:3478/udp" "-p192.0.2.1:10001:10001/udp" ];
  };
}
""",
            fixed="""\
{
  virtualisation.oci-containers.containers.web = {
    image = "web:1";
    ports = [
      "192.0.2.1:8443:8443"
      "192.0.2.1:3478:3478/udp"
      "192.0.2.1:10001:10001/udp"
    ];
  };
}
""",
        ),
        Bad(
            "no fix where a comment belongs to the list that goes",
            """\
{
  virtualisation.oci-containers.containers.web = {
    image = "web:1";
    extraOptions = [
      «"-p"»
      "192.0.2.1:8443:8443"
      "-p"
      "192.0.2.1:3478:3478/udp"
      "--publish=192.0.2.1:10001:10001/udp"
    ]; # as before
  };
}
""",
        ),
        Bad(
            "no fix where a comment belongs to the flag, or the value has parts",
            """\
{ config, ... }:
{
  virtualisation.oci-containers.containers.web = {
    image = "web:1";
    extraOptions = [
      «"--privileged"» # for the card
    ];
  };
  virtualisation.oci-containers.containers.db = {
    image = "db:1";
    extraOptions = [ «"--hostname=${config.networking.hostName}-db"» ];
  };
  virtualisation.oci-containers.containers.cache = {
    image = "cache:1";
    extraOptions = let address = "192.0.2.1"; in [ "--init" «"-p"» "${address}:80:80" ];
  };
  virtualisation.oci-containers.containers.queue = let address = "192.0.2.1"; in {
    image = "queue:1";
    extraOptions = [ «"-p"» "${address}:81:81" ];
  };
}
""",
            config='nixos-release = "26.05"\n',
        ),
        Good(
            "the release has no such option",
            """\
{
  virtualisation.oci-containers.containers.web = {
    image = "web:1";
    extraOptions = [ "--network=host" "--privileged" "--device=/dev/dri" ];
  };
}
""",
            config='nixos-release = "24.11"\n',
        ),
        Good(
            "flags that have no option, and variables of the engine's own",
            """\
{
  virtualisation.oci-containers.containers.web = {
    image = "web:1";
    extraOptions = [ "--init" "--memory=1g" "--env=HOME" "--health-cmd" "true" ];
  };
}
""",
        ),
    )


def _has_value(flag: Flag, known: FlagOption) -> bool:
    if known.kind == "switch":
        return flag.value in ("", "true")
    return bool(flag.value) and (known.kind != "pairs" or "=" in flag.value)


def _fix(
    container: OciContainer, found: list[tuple[Flag, FlagOption]], repository: Repository, safety: Safety
) -> Fix | None:
    """Take the flags out and define the options; none where a value is not known or is said twice."""
    lists: dict[tuple[str, ...], list[str]] = {}
    values: dict[tuple[str, ...], str] = {}
    for flag, known in found:
        if UNKNOWN in flag.value:
            return None
        if known.kind == "list":
            lists.setdefault((known.option,), []).append(flag.value)
            continue
        path, value = _definition(flag, known)
        if path in values or "," in path[-1]:
            return None
        values[path] = value
    places = [place for flag, _ in found for place in (flag.place, flag.value_place) if place is not None]
    fix = moving_elements(repository, places, lists, values, safety, "set options in the place of flags")
    return (
        None if fix is None else fix._replace(reach=Reach(options=(OptionPath(parse_pattern(container.option_path)),)))
    )


def _definition(flag: Flag, known: FlagOption) -> tuple[tuple[str, ...], str]:
    match known.kind:
        case "pairs":
            name, _, value = flag.value.partition("=")
            return (known.option, name), encode(value)
        case "true" | "false":
            return (known.option, flag.value), known.kind
        case "switch":
            return (known.option,), "true"
        case _:
            return (known.option,), encode(flag.value)
