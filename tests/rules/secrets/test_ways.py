"""Each way of a secret into the store, by letter: what is found, once and at the value, and what is let be.

Most ways stand here several times, for a kind of mistake is more than the one that somebody made.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from nixlint.linting.registry import load_registry
from nixlint.linting.run.runner import run
from nixlint.linting.testing import files_of, marked_spans
from tests.linting.workbench import REGISTRY, request, write_files

RULES = ",".join(rule.name for rule in load_registry().rules.values() if rule.finds_secrets and not rule.pedantic)

FOUND: list[tuple[str, str, str | Mapping[str, str]]] = [
    # -- D1: a path that the repository itself writes --
    (
        "D1",
        "a file in /etc",
        """{
  environment.etc."nextcloud-admin-pass".text = «"waterfall9"»;
  services.nextcloud.config.adminpassFile = "/etc/nextcloud-admin-pass";
}""",
    ),
    (
        "D1",
        "a file in /etc of a container",
        """{
  containers.cloud.config = {
    environment.etc."secrets/admin".text = «"waterfall9"»;
    services.nextcloud.config.adminpassFile = "/etc/secrets/admin";
  };
}""",
    ),
    (
        "D1",
        "a file in /etc, read in another file",
        {
            "etc.nix": '{ environment.etc = { "keys/app" = { mode = "0400"; text = «"waterfall9"»; }; }; }\n',
            "app.nix": '{ services.app.secretKeyFile = "/etc/keys/app"; }\n',
        },
    ),
    (
        "D1",
        "a file in /etc, made by a function and named through its option",
        """{ config, pkgs, ... }: {
  environment.etc.dbpass.source = pkgs.writeText "dbpass" «"waterfall9"»;
  services.gitea.database.passwordFile = config.environment.etc.dbpass.source;
}""",
    ),
    (
        "D1",
        "a file in /run that systemd-tmpfiles writes",
        """{
  systemd.tmpfiles.rules = [ "d /run/app 0700 root root -" «"f /run/app/token 0400 app app - waterfall9"» ];
  services.app.tokenFile = "/run/app/token";
}""",
    ),
    (
        "D1",
        "the same in a set",
        """{
  systemd.tmpfiles.settings.app."/run/app/token"."f+" = { mode = "0400"; argument = «"waterfall9"»; };
  services.app.tokenFile = "/run/app/token";
}""",
    ),
    (
        "D1",
        "a file in /run that a script writes",
        """{
  system.activationScripts.app.text = ''
    echo -n "«waterfall9»" > /run/app/token
  '';
  services.app.tokenFile = "/run/app/token";
}""",
    ),
    # -- D2: parents and options that are named after secrets --
    (
        "D2",
        "an option of NixOS below secrets",
        """{ pkgs, ... }: {
  services.gitlab.secrets.secretFile = «pkgs.writeText "s" "waterfall9"»;
  services.authelia.instances.main.secrets.jwtSecretFile = «./jwt»;
}""",
    ),
    (
        "D2",
        "a file of several secrets",
        """{ pkgs, ... }: {
  services.immich.secretsFile = «./immich»;
  networking.wireless.secretsFile = pkgs.writeText "wifi" "psk_home=«waterfall9»";
}""",
    ),
    (
        "D2",
        "a file of several secrets with several lines",
        """{ pkgs, ... }: {
  networking.wireless.secretsFile = pkgs.writeText "wifi" ''
    psk_home=«waterfall9»
    psk_work=«birdsong77»
  '';
}""",
    ),
    (
        "D2",
        "a secret of a service below secrets",
        """{
  services.strongswan-swanctl.swanctl.secrets.ike.a.secret = «"waterfall9"»;
  services.app.secrets.adminPassword = «"waterfall9"»;
  services.other.credentials.token = «"q7Wz83kfPl0"»;
}""",
    ),
    (
        "D2",
        "a secret of a service in a container, below secrets",
        '{ containers.a.config.services.app.secrets.db.password = «"waterfall9"»; }',
    ),
    # -- D3: options of mounts --
    (
        "D3",
        "a password among the options of a file system",
        """{
  fileSystems."/mnt/media" = {
    device = "//nas/media";
    fsType = "cifs";
    options = [ "username=media" «"password=waterfall9"» "uid=1000" ];
  };
}""",
    ),
    (
        "D3",
        "in one string",
        """{
  fileSystems."/mnt".options = [ «"username=media,password=waterfall9,uid=1000"» ];
  systemd.mounts = [ { what = "//nas/a"; where = "/a"; options = «"username=a,pass=waterfall9"»; } ];
}""",
    ),
    (
        "D3",
        "a copied file of credentials",
        """{
  fileSystems."/mnt".options = [ «"credentials=${./smb-credentials}"» ];
  fileSystems."/srv".options = [ "uid=1000,credentials=${«/etc/nixos/smb»}" ];
}""".replace("${«/etc/nixos/smb»}", "${/etc/nixos/smb}").replace(
            '"uid=1000,credentials=${/etc/nixos/smb}"', '«"uid=1000,credentials=${/etc/nixos/smb}"»'
        ),
    ),
    # -- D4: basicAuth --
    (
        "D4",
        "basicAuth of a virtual host and of a location",
        """{
  services.nginx.virtualHosts.a.basicAuth = { alice = «"waterfall9"»; };
  services.nginx.virtualHosts.b.basicAuth.bob = «"birdsong77"»;
  services.nginx.virtualHosts.c.locations."/".basicAuth.eve = «"waterfall9"»;
  services.nginx.virtualHosts."d.test" = { locations."/x" = { basicAuth = { "mal lory" = «"birdsong77"»; }; }; };
}""",
    ),
    (
        "D4",
        "basicAuth whose value is from elsewhere, and one that anyone guesses",
        """let pw = "waterfall9"; in {
  containers.web.config.services.nginx.virtualHosts.a.basicAuth.alice = «pw»;
  services.nginx.virtualHosts.b.basicAuth.admin = «"admin"»;
}""",
    ),
    # -- D6: credentials of units, copied files, options that are known --
    (
        "D6",
        "credentials of units",
        """{ pkgs, ... }: {
  systemd.services.a.serviceConfig.LoadCredential = «"token:${./token}"»;
  systemd.services.b.serviceConfig.LoadCredential = [ "conf:/etc/conf" «"password:${pkgs.writeText "p" "waterfall9"}"» ];
  systemd.services.c.serviceConfig.SetCredential = «"token:q7Wz83kfPl0"»;
  systemd.services.d.serviceConfig.SetCredential = [ «"db-password:waterfall9"» ];
}""",
    ),
    (
        "D6",
        "a file of variables that Nix copies",
        """{
  virtualisation.oci-containers.containers.app.environmentFiles = [ "${«./app.env»}" ];
  services.b.environmentFile = «./b.env»;
  systemd.services.c.serviceConfig.EnvironmentFile = «"${./c.env}"»;
}""",
    ),
    (
        "D6",
        "a file of variables of which the repository shows what is in it",
        {
            "a.nix": "{ services.b.environmentFile = «./settings»; }\n",
            "settings": "PORT=80\nDB_PASSWORD=waterfall9\n",
        },
    ),
    (
        "D6",
        "the private key of an SSH server",
        """{
  services.openssh.hostKeys = [ { path = «./ssh_host_ed25519_key»; type = "ed25519"; } ];
  containers.a.config.services.openssh = { hostKeys = [ { type = "rsa"; path = «"${./ssh_host_rsa_key}"»; } ]; };
}""",
    ),
    (
        "D6",
        "options of NixOS whose names promise nothing",
        """{
  services.rabbitmq.cookie = «"WATERFALLBIRDSONG"»;
  services.buildbot-worker.workerPass = «"waterfall9"»;
  containers.mq.config.services.rabbitmq = { enable = true; cookie = «"WATERFALLBIRDSONG"»; };
}""",
    ),
]

SILENT: list[tuple[str, str, str | Mapping[str, str]]] = [
    (
        "D1",
        "a file in /etc that is no secret, that nobody reads as one, or that another writes",
        """{
  environment.etc."app.conf".text = "waterfall9";
  environment.etc."hash".text = "$6$rounds=1000$salt$x1y2z3x1y2z3";
  services.a.configFile = "/etc/app.conf";
  services.b.passwordFile = "/etc/hash";
  services.c.passwordFile = "/etc/other";
  services.d.passwordFile = "/run/secrets/d";
  systemd.tmpfiles.rules = [ "d /run/secrets 0700 root root -" "f /run/e 0400 app app -" ];
  services.e.tokenFile = "/run/e";
}""",
    ),
    (
        "D2",
        "declarations of sops-nix, agenix and others, and names of secrets",
        """{ config, ... }: {
  sops.secrets.app.password = "x-y-z";
  age.secrets.secret.file = ./a.age;
  services.app.secretsFile = config.sops.templates."a.env".path;
  services.app.secrets.token = config.sops.secrets.a.path;
  services.onepassword-secrets.secrets.token.reference = "op://vault/item/field";
  networking.wireless.secretsFile = "/run/secrets/wifi";
  my.secrets.app.password = "app/password";
  vault.secrets.password = "waterfall9";
  services.app.options.secrets.password = "waterfall9";
  services.hermes.secrets.token = "hermes-token";
}""",
    ),
    (
        "D3",
        "a file of credentials that is there when the system runs, and other options",
        """{ config, ... }: {
  fileSystems."/a".options = [ "credentials=/run/secrets/smb" "credentials=${config.age.secrets.smb.path}" ];
  fileSystems."/b".options = [ "password2=" "x-systemd.automount,noauto,pass=\\${PW}" "subvol=@" ];
  fileSystems."/c".options = [ "credentials=${./smb.age}" ];
  services.app.options = [ "a=b" ];
}""",
    ),
    (
        "D4",
        "a file, and sets of the same name that are something else",
        """{
  services.nginx.virtualHosts.a.basicAuthFile = "/run/secrets/htpasswd";
  services.nginx.virtualHosts.b.basicAuth.a = "";
  services.traefik.dynamicConfigOptions.http.middlewares.auth.basicAuth.realm = "inner circle7";
  services.traefik.dynamicConfigOptions.http.middlewares.auth.basicAuth.users = [ "a:$apr1$x1y2z3$x1y2z3" ];
}""",
    ),
    (
        "D6",
        "credentials that systemd reads when the unit starts, and ones that are no secrets",
        """{ config, ... }: {
  systemd.services.a.serviceConfig.LoadCredential = "token:/run/secrets/token";
  systemd.services.b.serviceConfig.LoadCredential = [ "token:${config.sops.secrets.b.path}" "conf:${./app.conf}" ];
  systemd.services.c.serviceConfig.SetCredential = [ "mode:production" "token-path:/run/x" ];
  systemd.services.d.serviceConfig.LoadCredentialEncrypted = "token:${./token}";
  systemd.services.e.serviceConfig.SetCredentialEncrypted = "token:Whxqht9gl2W4gr0T";
}""",
    ),
    (
        "D6",
        "files of variables and keys that hold no secret, or are not copied",
        {
            "a.nix": """{
  services.b.environmentFile = ./settings.env;
  services.c.environmentFile = ./sealed.env;
  services.openssh.hostKeys = [ { path = "/persist/ssh_host_ed25519_key"; type = "ed25519"; } ];
  boot.initrd.network.ssh.hostKeys = [ /etc/secrets/initrd/key ];
  services.app.hostKeys = [ { path = ./key; } ];
  services.phpfpm.settings.cookie = "crumbs";
  services.app.cookie = "sessionname";
}
""",
            "settings.env": "PORT=80\nHOST=localhost\n",
            "sealed.env": "PASSWORD=ENC[AES256_GCM,data:abc]\nsops_version=3.8.1\n",
        },
    ),
]


def _names(rows: list[tuple[str, str, str | Mapping[str, str]]]) -> list[str]:
    return [f"{letter}: {title}" for letter, title, _ in rows]


@pytest.mark.parametrize(("letter", "title", "files"), FOUND, ids=_names(FOUND))
def test_secret_is_found_once_and_at_its_value(
    tmp_path: Path, letter: str, title: str, files: str | Mapping[str, str]
) -> None:
    assert letter
    assert title
    marked = {name: marked_spans(text.encode()) for name, text in files_of(files).items()}
    write_files(tmp_path, {name: data.decode() for name, (data, _) in marked.items()})

    report = run(request(tmp_path, select=frozenset(RULES.split(","))), REGISTRY)

    found = sorted((each.path, each.finding.place.span) for each in report.findings if not each.suppressed)
    assert found == sorted((name, span) for name, (_, spans) in marked.items() for span in spans)


@pytest.mark.parametrize(("letter", "title", "files"), SILENT, ids=_names(SILENT))
def test_what_is_no_secret_is_let_be(tmp_path: Path, letter: str, title: str, files: str | Mapping[str, str]) -> None:
    assert letter
    assert title
    write_files(tmp_path, dict(files_of(files)))

    report = run(request(tmp_path, select=frozenset(RULES.split(","))), REGISTRY)

    assert [(each.rule, each.path, each.start.line) for each in report.findings] == []
