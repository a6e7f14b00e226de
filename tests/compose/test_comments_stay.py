"""A comment of a Compose file stands at what it is about, also where that is elsewhere in a module or no setting there."""

from __future__ import annotations

from pathlib import Path

import pytest

from .converting import converted, module_text, remarks

NETWORKS = ("{n: }", "{ n: } # about the network", "[n]", "\n      n:", "\n      n:\n      m: ", "\n      n: ~\n")
TEXT = """\
services:
  # about app
  app:
    # about the image
    image: nginx:1
    networks: {networks}
    # about the ports
    ports: ["80:80"]
  # about db
  db:
    image: postgres:1
    networks: {networks}
networks:
  # about n
  n:
  m:
# about the volumes
volumes:
  # about data
  data: {{labels: {{a: b}}}}
"""


def _below(module: str, comment: str) -> str:
    """The first line below a comment, and below those that stand with it, without its blanks."""
    lines = module.splitlines()
    at = next(index for index, line in enumerate(lines) if line.strip() == f"# {comment}")
    return next(line.strip() for line in lines[at:] if not line.strip().startswith("#"))


@pytest.mark.parametrize("networks", NETWORKS)
def test_a_comment_stands_at_its_key_whatever_is_before_it(networks: str, tmp_path: Path) -> None:
    module = module_text(converted(TEXT.format(networks=networks), tmp_path))
    assert _below(module, "about app") == "proj-app = {"
    assert _below(module, "about the image").startswith("image = ")
    assert _below(module, "about the ports").startswith("ports = ")
    assert _below(module, "about db") == "proj-db = {"
    assert _below(module, "about n") == "podman-network-proj_n = {"
    assert _below(module, "about data") == "podman-volume-proj_data = {"


@pytest.mark.parametrize("secrets", ["env-file", "sops", "agenix"])
def test_a_comment_goes_with_a_variable_that_is_in_a_file(secrets: str, tmp_path: Path) -> None:
    text = (
        "services:\n  app:\n    image: nginx:1\n    environment:\n      # how loud\n      LOG: info\n"
        "      # from the provider of mail\n      MAIL_PASSWORD: wa7erfall9x # every year anew\n"
    )
    module = module_text(converted(text, tmp_path, secrets=secrets))
    assert _below(module, "how loud") == 'LOG = "info";'
    assert _below(module, "MAIL_PASSWORD: from the provider of mail").endswith((".path", '.env"'))
    assert _below(module, "every year anew").endswith((".path", '.env"'))


def test_a_comment_about_the_unit_stands_at_the_unit(tmp_path: Path) -> None:
    text = "services:\n  app:\n    image: nginx:1\n    # it must be there\n    restart: always\n"
    conversion = converted(text, tmp_path)
    assert _below(module_text(conversion), "it must be there") == "podman-proj-app = {"
    assert remarks(conversion) == [("converted", "services.app")]


def test_how_containers_are_restarted_is_said_once(tmp_path: Path) -> None:
    services = "".join(
        f"  s{at}:\n    image: a:1\n    restart: {how}\n" for at, how in enumerate(("always", "on-failure"))
    )
    module = module_text(converted(f"services:\n{services}", tmp_path))
    assert module.count('RestartMaxDelaySec = "1min"') == 1
    assert "serviceConfig = restarting;" in module
    assert 'serviceConfig = restarting // {\n        Restart = lib.mkForce "on-failure";\n      };' in module


def test_one_container_says_itself_how_it_is_restarted(tmp_path: Path) -> None:
    module = module_text(converted("services:\n  a:\n    image: a:1\n    restart: always\n", tmp_path))
    assert "restarting" not in module
    assert 'RestartMaxDelaySec = "1min"' in module
