"""A container with a state version of a release that is still to come."""

from __future__ import annotations

import re
from collections.abc import Iterator

from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.containers.stated import Stated, texts
from nixlint.rule import Bad, Confidence, Finding, Good, OptionPath, Repository, Rule, Severity

_STATE_VERSION = OptionPath.of("system", "stateVersion")
_RELEASE = re.compile(r"\d\d\.(05|11)")


class ContainerStateVersionTooNew(Rule[NspawnContainer]):
    """A state version newer than the release is rejected, or moves data too early.

    ## What it finds

    A declarative container whose `system.stateVersion` is a later release than `nixos-release` in `nixlint.toml`.

    ## Why it matters

    The state version says under which release the container's data was made. Data can't have been made by a release that
    the configuration does not have yet: the container gets defaults, such as data directories, that its modules don't know,
    and NixOS warns or refuses to build.

    ## What to do

    Write the release under which the container was first started. Where the configuration has moved on, bring
    `nixos-release` in `nixlint.toml` up to date.

    ## What keeps it silent

    - No `nixos-release` in `nixlint.toml`.
    - A container with a `nixpkgs` of its own, which may be of another release.
    - A value that is not known, or is not a release such as `26.05`.

    ## References

    - [NixOS manual, `system.stateVersion`](https://nixos.org/manual/nixos/stable/options#opt-system.stateVersion)
    """

    name = "container-state-version-too-new"
    code = "NL107"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (NspawnContainer,)

    def check(self, subject: NspawnContainer, repository: Repository) -> Iterator[Finding]:
        """Report a literal state version that is later than the release of the repository."""
        release = repository.target_release
        if release is None or subject.option("nixpkgs").definitions:
            return
        for version in texts(subject.system.ask(_STATE_VERSION)):
            if _RELEASE.fullmatch(version.what) and _as_numbers(version.what) > _as_numbers(release):
                yield self._finding(subject, version, release)

    def _finding(self, container: NspawnContainer, version: Stated[str], release: str) -> Finding:
        return Finding(
            place=version.place,
            message=f"{container.title} has the state version {version.what}, but this configuration is for {release}: "
            "its data can't have been made by a release that is still to come",
            help="set the release under which the container was first started",
            option=f"{container.option_path}.config.{_STATE_VERSION}",
            container=container.name,
            evidence=version.what,
        )

    examples = (
        Bad(
            "of the next release",
            '{ containers.web.config = { ... }: { system.stateVersion = «"26.11"»; }; }\n',
            config='nixos-release = "26.05"\n',
        ),
        Good(
            "of this release, and of an earlier one",
            """\
{
  containers.web.config = { ... }: { system.stateVersion = "26.05"; };
  containers.old.config = { ... }: { system.stateVersion = "23.11"; };
}
""",
            config='nixos-release = "26.05"\n',
        ),
        Good("the release is not known", '{ containers.web.config = { ... }: { system.stateVersion = "26.11"; }; }\n'),
        Good(
            "a nixpkgs of its own",
            """\
{ inputs, ... }:
{
  containers.web = {
    nixpkgs = inputs.unstable;
    config = { ... }: { system.stateVersion = "26.11"; };
  };
}
""",
            config='nixos-release = "26.05"\n',
        ),
    )


def _as_numbers(release: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", release))
