"""Where definitions and files stand."""

from __future__ import annotations

import pytest

from nixlint.secrets.positions import Position, position_of
from nixlint.semantics.modules.option_path import OptionPath


@pytest.mark.parametrize(
    ("path", "position"),
    [
        ("users.users.alice.password", Position.CERTAIN),
        ("config.users.users.alice.initialPassword", Position.CERTAIN),
        ("containers.web.config.networking.wireless.networks.home.psk", Position.CERTAIN),
        ("virtualisation.oci-containers.containers.db.environment.POSTGRES_PASSWORD", Position.CERTAIN),
        ("services.app.settings.password", Position.LIKELY),
        ("options.services.app.password", Position.ELSEWHERE),
        ("sops.secrets.password.key", Position.ELSEWHERE),
        ("age.secrets.app.password", Position.ELSEWHERE),
        ("services.app.example.password", Position.ELSEWHERE),
        ("sops.templates.app.content.password", Position.ELSEWHERE),
        ("virtualisation.vmVariant.users.users.alice.password", Position.ELSEWHERE),
        ("services.app.passwordCommand.APP_TOKEN", Position.ELSEWHERE),
        ("password", Position.ELSEWHERE),
        ("systemd.services.app.serviceConfig.testValue.secret", Position.ELSEWHERE),
        ("services.test.settings.password", Position.LIKELY),
        ("flake.modules.nixos.iso.users.users.alice.password", Position.ELSEWHERE),
        ("nixosConfigurations.niriTestVm.modules.users.users.alice.password", Position.ELSEWHERE),
        ("nixosConfigurations.isolde.modules.users.users.alice.password", Position.CERTAIN),
        ("services.testify.settings.password", Position.LIKELY),
    ],
)
def test_position_follows_from_the_path(path: str, position: Position) -> None:
    assert position_of(OptionPath(tuple(path.split(".")))) is position


def test_unknown_name_matches_any_name_of_a_known_option() -> None:
    assert position_of(OptionPath(("users", "users", None, "password"))) is Position.CERTAIN
