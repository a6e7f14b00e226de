"""What says that a machine or a file is there to be tried."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from nixlint.secrets.trials import asks_for_no_login, is_module_of_trial, is_of_installer, is_to_be_read


@pytest.mark.parametrize("file", ["tests/a.nix", "nixos/examples/a.nix", "a-test.nix", "template/b.nix", "demo/a.nix"])
def test_file_to_be_read_is_told_by_its_path(file: str) -> None:
    assert is_to_be_read(PurePosixPath(file))


@pytest.mark.parametrize(
    "file",
    [
        *("configuration.nix", "hosts/latest/a.nix", "modules/attestation.nix", "hosts/isolde.nix"),
        *("vms/a.nix", "phone-vm/a.nix", "modules/shell/a.nix", "hosts/live/a.nix", "a/vm.nix", "shell.nix"),
    ],
)
def test_file_of_a_machine_is_not_told_by_its_path(file: str) -> None:
    assert not is_to_be_read(PurePosixPath(file))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/installer/cd-dvd/installation-cd-minimal.nix", True),
        ("/nixos/modules/virtualisation/qemu-vm.nix", True),
        ("/installer/scan/not-detected.nix", False),
        ("/installer/sd-card/sd-image-aarch64.nix", False),  # a computer on one board runs from it
    ],
)
def test_module_says_what_a_machine_is_for(path: str, expected: bool) -> None:
    assert is_module_of_trial(path) is expected


def test_file_of_an_installer_is_told_by_the_words_of_its_path() -> None:
    assert is_of_installer(PurePosixPath("nix/installer-configuration.nix"))
    assert is_of_installer(PurePosixPath("modules/boot/rescue/configuration.nix"))
    assert not is_of_installer(PurePosixPath("hosts/isolde.nix"))


def test_console_that_logs_somebody_in_asks_for_no_password() -> None:
    assert asks_for_no_login(b'services.getty.autologinUser = "nixos";')
    assert not asks_for_no_login(b'services.getty.greetingLine = "";')
