"""What says that a machine or a file is there to be tried."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from nixlint.secrets.trials import asks_for_no_login, is_to_be_read, says_trial


@pytest.mark.parametrize("file", ["tests/a.nix", "nixos/examples/a.nix", "a-test.nix", "template/b.nix", "demo/a.nix"])
def test_file_to_be_read_is_told_by_its_path(file: str) -> None:
    assert is_to_be_read(PurePosixPath(file))


@pytest.mark.parametrize(
    "file",
    [
        *("configuration.nix", "hosts/latest/a.nix", "modules/attestation.nix", "hosts/isolde.nix"),
        *("vms/a.nix", "phone-vm/a.nix", "modules/shell/a.nix", "hosts/live/a.nix", "installer/a.nix", "kexec.nix"),
    ],
)
def test_file_of_a_machine_is_not_told_by_its_path(file: str) -> None:
    assert not is_to_be_read(PurePosixPath(file))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b'imports = [ "${modulesPath}/installer/cd-dvd/installation-cd-minimal.nix" ];', True),
        (b'imports = [ "${nixpkgs}/nixos/modules/virtualisation/qemu-vm.nix" ];', True),
        (b"isoImage.squashfsCompression = null;", True),
        (b'networking.hostName = "installer";', False),
        (b"virtualisation.vmVariant.virtualisation.cores = 2;", False),
        (b'imports = [ "${modulesPath}/installer/scan/not-detected.nix" ];', False),
    ],
)
def test_machine_says_itself_that_it_is_to_be_tried(text: bytes, expected: bool) -> None:
    assert says_trial(text) is expected


def test_console_that_logs_somebody_in_asks_for_no_password() -> None:
    assert asks_for_no_login(b'services.getty.autologinUser = "nixos";')
    assert not asks_for_no_login(b'services.getty.greetingLine = "";')
