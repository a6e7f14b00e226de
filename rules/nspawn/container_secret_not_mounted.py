"""A secret of the host whose path a container uses, and does not have."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.containers.nspawn.inner_values import InnerValue
from nixlint.rule import Bad, Confidence, Finding, Good, Presence, Repository, Rule, Severity, StringValue
from nixlint.secrets.declared import DeclaredSecrets

_FOLDERS = {"sops": "/run/secrets", "age": "/run/agenix"}
_REAL_FOLDERS = {"sops": "/run/secrets.d", "age": "/run/agenix.d"}


class ContainerSecretNotMounted(Rule[NspawnContainer]):
    """A container cannot see a secret of its host without a bind mount.

    ## What it finds

    `config.sops.secrets.<name>.path` or `config.age.secrets.<name>.path` of the host in the `config` of a container, or
    the path `/run/secrets/<name>` of a secret that the repository declares, with no bind mount at that path or above it.

    ## Why it matters

    The host decrypts the secret into its own `/run`, and a container has one of its own. The path does not exist there:
    the service does not start, or goes on without the secret.

    ## What to do

    Bind it, which is read-only by default:

    ```nix
    containers.web.bindMounts.${config.sops.secrets.web.path} = { };
    ```

    The owner of the file is a number: give the secret the `uid` that the service has in the container.

    ## What keeps it silent

    - A bind mount at the path, at a folder above it, or at a place that is not known; flags that are not known.
    - A path that is given to the secret (`path = …`), and a secret of the container's own `config`.
    - sops-nix or agenix in the container, where a path is written out: it may be one of its own.
    - Values under conditions.

    ## References

    - nixpkgs, `nixos/modules/virtualisation/nixos-containers.nix`, `bindMounts`
    - [sops-nix](https://github.com/Mic92/sops-nix), `/run/secrets`; [agenix](https://github.com/ryantm/agenix),
      `/run/agenix`
    """

    name = "container-secret-not-mounted"
    code = "NL131"
    severity = Severity.ERROR
    confidence = Confidence.CERTAIN
    asks = (NspawnContainer,)

    def check(self, subject: NspawnContainer, repository: Repository) -> Iterator[Finding]:
        """Report each use of a secret that is not there."""
        seen: set[str] = set()
        for inner in subject.inner_values if subject.knows_mounts else ():
            for tool, name in _secrets(subject, inner, repository):
                path = f"{_FOLDERS[tool]}/{name}"
                if path in seen or _is_there(subject, tool, path) or _has_path(tool, name, repository):
                    continue
                seen.add(path)
                yield Finding(
                    place=inner.place,
                    message=f"{subject.title} uses the secret {name} of its host at {path}, and nothing mounts it there",
                    help=f'set bindMounts.${{config.{tool}.secrets."{name}".path}} = {{ }} in the container',
                    option=f"{subject.option_path}.config.{inner.option}",
                    container=subject.name,
                    evidence=name,
                )

    examples = (
        Bad(
            "by name and by path",
            """\
{ config, ... }:
{
  sops.secrets.web = { };
  age.secrets.db.file = ./db.age;
  containers.web = {
    bindMounts."/run/secrets/other" = { };
    config = {
      services.miniflux.adminCredentialsFile = «config.sops.secrets.web.path»;
      systemd.services.x.serviceConfig.ExecStart = «"cat ${config.age.secrets.db.path}"»;
      system.stateVersion = "26.05";
    };
  };
  containers.app.config = {
    services.miniflux.adminCredentialsFile = «"/run/secrets/web"»;
    system.stateVersion = "26.05";
  };
}
""",
        ),
        Good(
            "bound, by name, by path, with all others",
            """\
{ config, ... }:
{
  sops.secrets.web = { };
  containers.a = {
    bindMounts.${config.sops.secrets.web.path} = { };
    config = { services.miniflux.adminCredentialsFile = config.sops.secrets.web.path; system.stateVersion = "26.05"; };
  };
  containers.b = {
    bindMounts."/run/secrets/web" = { };
    config = { services.miniflux.adminCredentialsFile = config.sops.secrets.web.path; system.stateVersion = "26.05"; };
  };
  containers.c = {
    extraFlags = [ "--bind-ro=/run/secrets" ];
    config = { services.miniflux.adminCredentialsFile = "/run/secrets/web"; system.stateVersion = "26.05"; };
  };
}
""",
        ),
        Good(
            "a secret of the container's own",
            """\
{ config, inputs, ... }:
{
  sops.secrets.web = { };
  containers.web.config = { config, ... }: {
    imports = [ inputs.sops-nix.nixosModules.sops ];
    sops.secrets.web.sopsFile = ./web.yaml;
    services.miniflux.adminCredentialsFile = config.sops.secrets.web.path;
    systemd.services.x.environment.KEY_FILE = "/run/secrets/web";
    system.stateVersion = "26.05";
  };
}
""",
        ),
        Good(
            "a path of its own, flags that are not known, and a secret that nobody declares",
            """\
{ config, ... }:
{
  sops.secrets.web.path = "/var/lib/web/secret";
  sops.secrets.db = { };
  containers.a.config = {
    services.miniflux.adminCredentialsFile = config.sops.secrets.web.path;
    systemd.services.x.environment.KEY_FILE = "/run/secrets/made-within";
    system.stateVersion = "26.05";
  };
  containers.b = {
    extraFlags = config.my.flags;
    config = { services.miniflux.adminCredentialsFile = config.sops.secrets.db.path; system.stateVersion = "26.05"; };
  };
}
""",
        ),
    )


def _secrets(container: NspawnContainer, inner: InnerValue, repository: Repository) -> Iterator[tuple[str, str]]:
    for symbol in inner.symbols:
        match symbol.path:
            case ("config", "sops" | "age" as tool, "secrets", name, "path") if container.is_of_host(symbol):
                yield tool, name
    text = inner.value.text if isinstance(inner.value, StringValue) else None
    for known, folder in _FOLDERS.items() if text is not None and text.startswith("/run/") else ():
        name = (text or "").removeprefix(f"{folder}/")
        is_declared = name != text and DeclaredSecrets.of(repository).has(known, name)
        if is_declared and container.inside(known).presence is Presence.ABSENT:
            yield known, name


def _is_there(container: NspawnContainer, tool: str, path: str) -> bool:
    """Whether a bind mount puts the secret there, by the path or by that of what it is a link to."""
    if container.is_mounted(path):
        return True
    return any(mount.mount_point is None for mount in container.bind_mounts) or container.is_mounted(
        f"{_REAL_FOLDERS[tool]}/1"
    )


def _has_path(tool: str, name: str, repository: Repository) -> bool:
    return DeclaredSecrets.of(repository).may_have(tool, name, "path")
