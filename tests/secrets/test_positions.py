"""Where definitions and files stand."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from nixlint.secrets.positions import Position, is_for_trial, position_of
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


@pytest.mark.parametrize(
    "file",
    [
        *("tests/a.nix", "nixos/examples/a.nix", "a-test.nix", "vm.nix", "installer/a.nix", "shell.nix", "kexec.nix"),
        *("machines/phone-vm/a.nix", "vm_test/a.nix", "builders/x86_64-iso/a.nix"),
    ],
)
def test_file_to_try_things_is_told_by_its_path(file: str) -> None:
    assert is_for_trial(PurePosixPath(file))


@pytest.mark.parametrize(
    "file", ["configuration.nix", "hosts/latest/a.nix", "modules/attestation.nix", "hosts/isolde.nix"]
)
def test_file_of_a_machine_is_told_by_its_path(file: str) -> None:
    assert not is_for_trial(PurePosixPath(file))
