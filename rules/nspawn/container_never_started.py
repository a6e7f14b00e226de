"""A container that nothing starts."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.containers.stated import is_false
from nixlint.rule import Bad, Confidence, Finding, Good, Presence, Repository, Rule, Severity


class ContainerNeverStarted(Rule[NspawnContainer]):
    """A container without `autoStart` does not start with the host.

    ## What it finds

    A container whose `autoStart` is provably not set, or `false`, and whose unit `container@<name>` no file of the
    repository names.

    ## Why it matters

    After a reboot the container is down, and no message says so.

    ## What to do

    Set `autoStart = true`, or remove the container if you no longer need it.

    ## What keeps it silent

    - `autoStart = true`, here or in another file that adds to the container, and anything unknown that could be it.
    - `container@<name>` anywhere in the repository, for instance in the `wants` of another unit.
    - `config.containers.<name>.config` anywhere in the repository: a container may be there for its configuration alone, as
      the one that the NixOS manual upgrades PostgreSQL with.
    - A name that is not known.
    - `extra`, an option of extra-container, which starts containers by hand.

    It runs only with `--pedantic`: containers for work that is done now and then are started by hand.

    ## References

    - [NixOS manual, declarative containers](https://nixos.org/manual/nixos/stable/#sec-declarative-containers)
    - [NixOS manual, upgrading PostgreSQL](https://nixos.org/manual/nixos/stable/#module-services-postgres-upgrading)
    """

    name = "container-never-started"
    code = "NL121"
    severity = Severity.INFO
    confidence = Confidence.CERTAIN
    asks = (NspawnContainer,)
    pedantic = True

    def check(self, subject: NspawnContainer, repository: Repository) -> Iterator[Finding]:
        """Report a container that nothing in the repository starts."""
        auto_start = subject.option_anywhere("autoStart")
        if subject.name is None or not (auto_start.presence is Presence.ABSENT or is_false(auto_start)):
            return
        if subject.option_anywhere("extra").presence is not Presence.ABSENT:
            return  # extra-container starts it, by hand.
        uses = (f"container@{subject.name}", f"config.containers.{subject.name}.config.")
        if any(repository.mentions(use.encode()) for use in uses):
            return
        yield Finding(
            place=subject.place,
            message=f"{subject.title} has no autoStart, and nothing in this repository starts its unit",
            help="set autoStart = true, or remove the container",
            option=f"{subject.option_path}.autoStart",
            container=subject.name,
        )

    examples = (
        Bad("nothing starts it", "{ containers.«web» = { ephemeral = true; config = { }; }; }\n"),
        Good(
            "it is there for its configuration, as the manual has it for an upgrade of PostgreSQL",
            """\
{ config, pkgs, ... }:
{
  containers.temp-pg.config = {
    system.stateVersion = "25.05";
    services.postgresql = { enable = true; package = pkgs.postgresql_17; };
  };
  environment.systemPackages = [ config.containers.temp-pg.config.services.postgresql.package ];
}
""",
        ),
        Good("with the host", "{ containers.web = { autoStart = true; config = { }; }; }\n"),
        Good(
            "another unit wants it",
            """\
{
  containers.web = { ephemeral = true; config = { }; };
  systemd.timers.weekly.timerConfig.Unit = "container@web.service";
}
""",
        ),
        Good(
            "it may start",
            "{ config, ... }: { containers.web = { autoStart = config.my.start; config = { }; }; }\n",
        ),
    )
