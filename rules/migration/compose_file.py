"""A Compose project in a repository that configures NixOS."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from nixlint.containers.compose_project import ComposeProject
from nixlint.rule import Bad, Confidence, Edit, FileEdit, Finding, Fix, Good, Repository, Rule, Safety, Severity, Span

_NO_DEPLOYMENT = frozenset(
    {
        "example",  # shows how something may be run
        "examples",  # the same
        "fixtures",  # what tests read
        "node_modules",  # somebody else's project
        "template",  # copied before it is used
        "templates",  # the same
        "test",  # run by a test, and gone afterwards
        "testdata",  # what tests read
        "tests",  # run by a test, and gone afterwards
        "third_party",  # somebody else's project
        "vendor",  # the same
    }
)
"""Folders whose Compose files run on nobody's machine, by their names in small letters."""

_HOSTS = (b"nixosConfigurations", b"nixosSystem")
"""What a flake that has hosts says."""
_HOST_FILES = frozenset({"configuration.nix", "hardware-configuration.nix"})
"""What ``nixos-generate-config`` writes for a host."""
_NAMED = 4


class ComposeFile(Rule[ComposeProject]):
    """NixOS does not start, update or roll back a Compose project beside its configuration.

    ## What it finds

    A Compose project (`compose.yaml` and the other names that Compose looks for) in a repository that configures NixOS
    hosts. It is found only with `--pedantic`, or where its name is in `select`.

    ## Why it matters

    Its containers come and go with `docker compose`, not with `nixos-rebuild`: a rebuild does not start them, a rollback
    does not bring back their images, and the secrets in `.env` are managed by hand.

    ## What to do

    `nixlint convert` makes a module of it with the same containers, and says in a report what could not be kept and where
    the secrets go. `nixlint fix --unsafe-fixes` writes the same module beside the Compose file; it stays without effect
    until you import it.

    ## What keeps it silent

    - A repository without a host: no `nixosConfigurations`, `nixosSystem` or `configuration.nix`. A project that has a
      flake for its developers has a Compose file for them too.
    - A module that `nixlint convert` made of the file, beside it or elsewhere in the repository.
    - A file that Compose would not start with: one that is merged into another one, or has a name of its own.
    - Folders of examples, templates and tests, and of other people's projects (`vendor`, `node_modules`).
    - A file that can't be loaded as it is, for want of a variable for instance.

    There is no fix if a file already has the name of the module.

    ## References

    - [From Compose to NixOS](../convert.md)
    - [NixOS options: `virtualisation.oci-containers`](https://search.nixos.org/options?query=virtualisation.oci-containers)
    """

    name = "compose-file"
    code = "NL501"
    severity = Severity.INFO
    confidence = Confidence.CERTAIN
    pedantic = True
    asks = (ComposeProject,)

    def check(self, subject: ComposeProject, repository: Repository) -> Iterator[Finding]:
        """Report a project that could be a module, with the module."""
        if _is_no_deployment(subject, repository) or not _has_hosts(repository) or _is_converted(subject, repository):
            return
        yield Finding(
            place=subject.place,
            message=f"{_services(subject)}: NixOS neither starts nor updates nor rolls back what runs beside it",
            help=f"make a module of it: nixlint convert -o {subject.module.name}",
            evidence=subject.module.name,
            fix=_fix(subject, repository),
        )

    examples = (
        Bad(
            "a project on a NixOS host",
            {
                "configuration.nix": '{ ... }:\n{\n  networking.hostName = "stairs";\n}\n',
                "films/compose.yaml": """\
«services»:
  jellyfin:
    image: jellyfin/jellyfin:10.10.7
    restart: unless-stopped
    network_mode: host
""",
            },
            fixed={
                "films/compose.nix": """\
# Made from compose.yaml by nixlint convert.
# Your own settings go into a module beside this one: this one is written anew.
# options: {"file": ["compose.yaml"], "project-name": "films", "nixos": "26.05"}
# inputs: sha256-e04cf550332d753d117324da24258941
{
  virtualisation.oci-containers = {
    backend = "podman";
    containers = {
      films-jellyfin = {
        image = "docker.io/jellyfin/jellyfin:10.10.7";
        networks = [ "host" ];
      };
    };
  };

  systemd.services = {
    podman-films-jellyfin = {
      partOf = [ "podman-compose-films.target" ];
      startLimitIntervalSec = 0;
      serviceConfig = {
        RestartSec = "100ms";
        RestartSteps = 9;
        RestartMaxDelaySec = "1min";
      };
    };
  };

  systemd.targets.podman-compose-films = {
    description = "Containers of films";
    wants = [ "podman-films-jellyfin.service" ];
    wantedBy = [ "multi-user.target" ];
  };
}
""",
            },
        ),
        Good(
            "a module was made of it",
            {
                "configuration.nix": "{ ... }:\n{\n  imports = [ ./films/jellyfin.nix ];\n}\n",
                "films/compose.yaml": "services:\n  jellyfin:\n    image: jellyfin/jellyfin:10.10.7\n",
                "films/jellyfin.nix": "# Made from compose.yaml by nixlint convert.\n{ }\n",
            },
        ),
        Good(
            "a project of developers",
            {
                "flake.nix": "{ outputs = _: { devShells = { }; }; }\n",
                "compose.yaml": "services:\n  db:\n    image: postgres:16\n",
            },
        ),
        Good(
            "an example",
            {
                "configuration.nix": "{ }\n",
                "examples/compose.yaml": "services:\n  db:\n    image: postgres:16\n",
            },
        ),
        Good(
            "a file that is merged into another",
            {
                "configuration.nix": "{ }\n",
                "docker-compose.prod.yml": "services:\n  db:\n    image: postgres:16\n",
            },
        ),
    )


class _Hosts(NamedTuple):
    """Whether a repository has hosts."""

    any: bool


def _has_hosts(repository: Repository) -> bool:
    return repository.remember(_Hosts, lambda: _Hosts(_looks_for_hosts(repository))).any


def _looks_for_hosts(repository: Repository) -> bool:
    if any(path.name in _HOST_FILES for path in repository.files):
        return True
    return any(map(repository.mentions, _HOSTS))


def _is_no_deployment(project: ComposeProject, repository: Repository) -> bool:
    folder = project.module.parent
    parts = folder.relative_to(repository.root).parts if folder.is_relative_to(repository.root) else ()
    return any(part.lower() in _NO_DEPLOYMENT for part in parts)


def _is_converted(project: ComposeProject, repository: Repository) -> bool:
    """Whether a module of the repository says that it was made of the project's file."""
    name, longer = (text.encode() for text in project.names)
    made = repository.files_mentioning(b"Made from ", name, b" by nixlint convert.")
    beside = {path for path in made if path.parent == project.module.parent}
    return bool(beside) or repository.mentions(longer, b" by nixlint convert.")


def _services(project: ComposeProject) -> str:
    names = project.services
    if len(names) == 1:
        return f"a Compose project of one service, {names[0]}"
    listed = ", ".join(names[:_NAMED]) + (", …" if len(names) > _NAMED else "")
    return f"a Compose project of {len(names)} services ({listed})"


def _fix(project: ComposeProject, repository: Repository) -> Fix | None:
    text = project.convert(repository.target_release) if project.is_free else None
    if text is None:
        return None
    edit = FileEdit(project.module, Edit(Span(0, 0), text.encode()), creates=True)
    return Fix(Safety.UNSAFE, f"Write {project.module.name}, a module with these services", (edit,))
