"""What nixlint's own rules call a secret in a written module is not in it."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from nixlint.cli.check import command as check
from nixlint.compose.loading import Request, load
from nixlint.conversion.convert import ConversionRequest, convert_loaded
from nixlint.deployment.target import Target

from .converting import converted, corpus_file, corpus_models, module_text

RULES = Path(__file__).parents[2] / "rules" / "secrets"
SECRET_RULES = sorted(path.stem.replace("_", "-") for path in RULES.glob("*.py") if "    code = " in path.read_text())
PROJECT = """\
services:
  web:
    image: example/web:1
    command: [serve, --token, eyJhbGciOiJIUzI1NiJ9.hunter2hunter2.sig]
    labels: { homepage.widget.key: hunter2-0123456789 }
    logging: { driver: splunk, options: { splunk-token: hunter2-0123 } }
    environment:
      CONNECTION: "Server=db;User=sa;Password=hunter2;"
      JAVA_OPTS: -Djavax.net.ssl.keyStorePassword=hunter2
      JDBC: "jdbc:mysql://db/app?user=a&password=hunter2"
      PLEX_CLAIM: claim-hunter2hunter2
      GITLAB_OMNIBUS_CONFIG: gitlab_rails['initial_root_password'] = "hunter2"
      # - API_TOKEN=hunter2-comment
    post_start: [{ command: [echo], environment: { API_TOKEN: hunter2 } }]
    healthcheck: { test: redis-cli -a hunter2 ping }
    build:
      args: { NPM_TOKEN: hunter2 }
      dockerfile_inline: "FROM scratch\\nENV PASSWORD=hunter2"
    volumes: ["share:/share"]
    configs: [app]
volumes:
  share: { driver_opts: { type: cifs, device: //nas/share, o: "username=bob,password=hunter2" } }
configs:
  app: { content: "password = hunter2" }
"""


def _found(folder: Path) -> str:
    """The findings about secrets in the modules of a folder."""
    arguments = [str(folder), "--pedantic", "--no-cache", "--format", "concise", "--select", ",".join(SECRET_RULES)]
    result = CliRunner().invoke(check, arguments, standalone_mode=False)
    assert result.exception is None
    return result.stdout


def test_the_rules_would_find_a_secret(tmp_path: Path) -> None:
    """Else the tests below would prove nothing."""
    (tmp_path / "bad.nix").write_text(
        '{ virtualisation.oci-containers.containers.web = { image = "x:1"; environment.DB_PASSWORD = "kj3h4kjh34"; }; }\n'
    )
    assert "DB_PASSWORD" in _found(tmp_path)


def test_a_module_with_secrets_in_every_kind_of_place_has_no_finding(tmp_path: Path) -> None:
    module = module_text(converted(PROJECT, tmp_path))
    (tmp_path / "compose.yaml").unlink()
    (tmp_path / "module.nix").write_text(module)
    assert "hunter2" not in module
    assert _found(tmp_path) == ""


def test_no_module_of_the_corpus_has_a_finding_about_secrets(tmp_path: Path) -> None:
    count = 0
    for model in corpus_models():
        if model["ok"] and str(model["file"]).startswith(("awesome", "casaos")):
            loaded = load(Request((corpus_file(model),), "proj", model["env"]))
            conversion = convert_loaded(loaded, ConversionRequest(Request(()), Target(), ("*",)))
            (tmp_path / f"{count}.nix").write_text(conversion.modules[0][1])
            count += 1
    assert count >= 50
    assert _found(tmp_path) == ""
