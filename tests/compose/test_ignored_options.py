"""What Compose itself takes no notice of is in the report, and not in the module."""

from __future__ import annotations

from pathlib import Path

import pytest

from .converting import converted, module_text


@pytest.mark.parametrize("volume", ["./a:/a:U", "data:/a:ro,U", "'./a:/a:O'", "./a:/a:z,noexec", "data:/a:bogus"])
@pytest.mark.parametrize("backend", ["podman", "docker"])
def test_an_option_of_a_short_volume_that_compose_ignores_is_told(backend: str, volume: str, tmp_path: Path) -> None:
    text = f"services:\n  web:\n    image: nginx:1\n    volumes:\n      - {volume}\nvolumes: {{ data: }}\n"
    conversion = converted(text, tmp_path, backend=backend)
    (told,) = [each for each in conversion.remarks if "takes no notice" in each.message]
    option = volume.strip("'").rpartition(":")[2].rpartition(",")[2]
    assert told.key == "services.web.volumes[0]"
    assert told.message.startswith(f"{option}: ")
    assert f":{option}" not in module_text(conversion)


@pytest.mark.parametrize("volume", ["./a:/a:ro,z", "data:/a:nocopy", "./a:/a:rshared", "./a:/a:cached", "./a:/a", "/a"])
def test_an_option_that_compose_knows_is_not_told(volume: str, tmp_path: Path) -> None:
    text = f"services:\n  web:\n    image: nginx:1\n    volumes:\n      - {volume}\nvolumes: {{ data: }}\n"
    assert not any("takes no notice" in each.message for each in converted(text, tmp_path).remarks)
