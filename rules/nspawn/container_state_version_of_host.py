"""A container whose state version is whatever the host's is."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.rule import Bad, Confidence, Finding, Good, OptionPath, Repository, Rule, Severity, SymbolValue

_STATE_VERSION = OptionPath.of("system", "stateVersion")


class ContainerStateVersionOfHost(Rule[NspawnContainer]):
    """A state version copied from the host is wrong for every container that was created under another release.

    ## What it finds

    A declarative container that sets `system.stateVersion = config.system.stateVersion`, the host's.

    ## Why it matters

    The state version says under which release a machine's data was made. A container that is added three years after the
    host gets the defaults of the host's first release: an old PostgreSQL, old data directories. And where the host is
    installed anew, with a new state version, the containers' data moves with it, although it was not made anew.

    ## What to do

    Write the release under which the container was made, as a literal.

    ## What keeps it silent

    - A literal, also one of the same release.
    - A value that is not known to be the host's.

    It runs only with `--pedantic`: for a container that is as old as its host the copy is right.

    ## References

    - [NixOS manual, `system.stateVersion`](https://nixos.org/manual/nixos/stable/options#opt-system.stateVersion)
    """

    name = "container-state-version-of-host"
    code = "NL108"
    severity = Severity.INFO
    confidence = Confidence.CERTAIN
    asks = (NspawnContainer,)
    pedantic = True

    def check(self, subject: NspawnContainer, _repository: Repository) -> Iterator[Finding]:
        """Report a state version that is the host's option."""
        for definition in subject.system.definitions(_STATE_VERSION):
            value = definition.value
            if isinstance(value, SymbolValue) and value.path[-3:] == ("config", "system", "stateVersion"):
                yield Finding(
                    place=value.place or definition.name_place or subject.place,
                    message=f"{subject.title} takes the host's state version, whichever release its own data was made under",
                    help="write the release under which the container was made",
                    option=f"{subject.option_path}.config.{_STATE_VERSION}",
                    container=subject.name,
                )

    examples = (
        Bad(
            "the host's",
            """\
{ config, ... }:
{
  containers.web.config = { ... }: { system.stateVersion = «config.system.stateVersion»; };
}
""",
        ),
        Good("a literal", '{ containers.web.config = { ... }: { system.stateVersion = "24.05"; }; }\n'),
        Good(
            "an option of one's own",
            "{ config, ... }: { containers.web.config = { ... }: { system.stateVersion = config.my.version; }; }\n",
        ),
    )
