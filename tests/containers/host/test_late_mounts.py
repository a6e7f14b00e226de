"""File systems that are mounted without any service waiting for them."""

from __future__ import annotations

from pathlib import Path

import pytest

from nixlint.containers.host.late_mounts import late_mounts
from nixlint.containers.host.system import host_systems
from nixlint.semantics.repository.repository import Repository
from tests.linting.workbench import write_files


@pytest.mark.parametrize(
    ("body", "is_late"),
    [
        ('fsType = "nfs";', True),
        ('fsType = "ext4"; options = [ "defaults" "nofail" ];', True),
        ('fsType = "ext4";', False),
        ('fsType = "nfs"; options = [ "x-systemd.automount" ];', False),
        ('fsType = "nfs"; options = [ "noauto" ];', False),
        ('fsType = "nfs"; options = config.my.options;', False),
        ("fsType = config.my.type;", False),
    ],
)
def test_a_mount_is_late_over_the_network_and_where_it_may_fail(tmp_path: Path, body: str, is_late: bool) -> None:
    write_files(
        tmp_path,
        {
            "configuration.nix": f'{{ config, ... }}: {{ fileSystems."/mnt/a" = {{ device = "a"; {body} }}; '
            'virtualisation.oci-containers.containers.a.image = "a:1"; }'
        },
    )
    (host,) = host_systems(Repository(tmp_path, [tmp_path / "configuration.nix"]))

    assert [mount.mount_point for mount in late_mounts(host.system)] == (["/mnt/a"] if is_late else [])
