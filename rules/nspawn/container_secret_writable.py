"""A secret of the host that a container may write to."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.containers.host.paths import secret_path
from nixlint.containers.nspawn.container import NspawnContainer
from nixlint.containers.nspawn.options import BindMount
from nixlint.containers.nspawn.user_namespace import may_have_users_of_its_own
from nixlint.rule import Bad, Confidence, Finding, Good, Repository, Rule, Severity

_SECRETS_BY_NAME = ("config.sops.secrets.", "config.sops.templates.", "config.age.secrets.")


class ContainerSecretWritable(Rule[NspawnContainer]):
    """An attacker in a container can replace a secret that the container may write to.

    ## What it finds

    A bind mount with `isReadOnly = false`, or by the flag `--bind`, of a path below `/run/secrets`, `/run/agenix` or
    `/run/keys`, or of `config.sops.secrets.<name>.path` and `config.age.secrets.<name>.path`.

    ## Why it matters

    The container needs to read the secret. With write access, an attacker in the container can change the secret for
    every other service that uses it: an administrator's password, a signing key.

    ## What to do

    Leave out `isReadOnly`: it is true by default.

    ## What keeps it silent

    - Read-only mounts, and mounts of which it is not known whether they are.
    - Paths elsewhere, and those that are not known.
    - A container that has, or may have, its own users (`privateUsers`, `-U`): its root has no rights on the host.

    ## References

    - nixpkgs, `nixos/modules/virtualisation/nixos-containers.nix`, `bindMounts`
    """

    name = "container-secret-writable"
    code = "NL125"
    severity = Severity.WARNING
    confidence = Confidence.CERTAIN
    asks = (NspawnContainer,)

    def check(self, subject: NspawnContainer, _repository: Repository) -> Iterator[Finding]:
        """Report each secret that is bound to be written to."""
        for mount in () if may_have_users_of_its_own(subject) else subject.bind_mounts:
            if mount.writable and not mount.conditions and _is_secret(mount):
                what = mount.host_path or mount.symbol
                yield Finding(
                    place=mount.writable_place,
                    message=f"{subject.title} may write to {what}, a secret of the host",
                    help="bind it read-only, as bindMounts does by default",
                    option=f"{subject.option_path}.bindMounts",
                    container=subject.name,
                    evidence=what or "",
                )

    examples = (
        Bad(
            "a path, and what is known by its option",
            """\
{ config, ... }:
{
  containers.db = {
    bindMounts."/run/secrets/db" = { «isReadOnly» = false; };
    bindMounts."/password" = {
      hostPath = config.age.secrets.password.path;
      «isReadOnly» = false;
    };
    config = { ... }: { };
  };
}
""",
        ),
        Good(
            "users of its own",
            """\
{
  containers.db = {
    privateUsers = "pick";
    bindMounts."/run/secrets/db".isReadOnly = false;
    config = { ... }: { };
  };
}
""",
        ),
        Good(
            "to read",
            """\
{ config, ... }:
{
  containers.db = {
    bindMounts."/run/secrets/db" = { };
    bindMounts."/password" = { hostPath = config.sops.secrets.password.path; isReadOnly = true; };
    config = { ... }: { };
  };
}
""",
        ),
        Good(
            "no secret",
            '{ containers.db = { bindMounts."/run/secretariat".isReadOnly = false; config = { ... }: { }; }; }\n',
        ),
    )


def _is_secret(mount: BindMount) -> bool:
    if mount.host_path is not None:
        return secret_path(mount.host_path) is not None
    return mount.symbol is not None and mount.symbol.startswith(_SECRETS_BY_NAME)
