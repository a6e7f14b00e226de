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
    # -- D9: files that are read or imported --
    (
        "D9",
        "a file that is named after a secret, whatever the option",
        """{ lib, ... }: {
  services.a.extraConfig = «builtins.readFile ./secrets/token»;
  services.b.settings.key = «lib.fileContents ./api-token.txt»;
  environment.etc."c.conf".text = "user=c\npw=${«builtins.readFile ./c-password»}";
  services.d.settings.list = [ («builtins.readFile ./d.secret») ];
}""",
    ),
    (
        "D9",
        "a file of git-crypt that is imported",
        {
            "a.nix": """let secrets = import ./secrets.nix; in {
  services.a.settings.password = «secrets.a.password»;
  networking.wireless.networks.home.psk = «(import ./secrets.nix).wifi»;
  services.b.environment.B_TOKEN = «secrets.b»;
}
""",
            "secrets.nix": "\0GITCRYPT\0abcdef",
        },
    ),
    (
        "D9",
        "a file of git-crypt that is imported with an argument, and one in a folder",
        {
            "a.nix": """{ pkgs, ... }: let keys = import ./private/keys.nix { inherit pkgs; }; in {
  services.a.adminToken = «keys.admin»;
}
""",
            "private/keys.nix": "\0GITCRYPT\0abcdef",
        },
    ),
    # -- D10: scripts, and what is carried elsewhere --
    (
        "D10",
        "a token that a script has from a let",
        """let token = «"q7Wz83kfPl0"»; in {
  systemd.services.a.script = ''
    curl -H "X-Auth: ${token}" https://a.test
  '';
}""",
    ),
    (
        "D10",
        "the same in a package, and in the text of a file",
        """{ pkgs, ... }:
let
  dbPassword = «"waterfall9"»;
  apiToken = «"q7Wz83kfPl0"»;
in
{
  environment.systemPackages = [ (pkgs.writeShellScriptBin "a" "backup ${dbPassword}") ];
  environment.etc."b.conf".text = "auth ${apiToken}";
}""",
    ),
    (
        "D10",
        "an argument of all modules",
        {
            "flake.nix": """{
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.a = nixpkgs.lib.nixosSystem {
      specialArgs = { wifiPassword = «"waterfall9"»; };
      modules = [ ./a.nix ];
    };
  };
}
""",
            "a.nix": "{ wifiPassword, ... }: { networking.wireless.networks.home.psk = wifiPassword; }\n",
        },
    ),
    (
        "D10",
        "an argument of modules that is given in one, and of those of Home Manager",
        {
            "a.nix": """{
  _module.args.apiToken = «"q7Wz83kfPl0"»;
  home-manager.extraSpecialArgs = { mailPassword = «"waterfall9"»; };
}
""",
            "b.nix": "{ apiToken, ... }: { services.b.settings.x = apiToken; }\n",
            "c.nix": "{ mailPassword, ... }: { programs.c.settings.x = mailPassword; }\n",
        },
    ),
    # -- D11: other forms of text --
    (
        "D11",
        "the configuration of an image",
        """{ pkgs, ... }:
let image = pkgs.dockerTools.buildImage { name = "a"; config.Env = [ "PORT=80" «"X_API_KEY=q7Wz83kfPl0"» ]; };
in { virtualisation.oci-containers.containers.a.imageFile = image; }""",
    ),
    (
        "D11",
        "lines with a name and a value in quotes",
        """{
  services.mpd.extraConfig = ''
    bind_to_address "any"
    password "«waterfall9»"
  '';
}""",
    ),
    (
        "D11",
        "a set that is put into a generated file",
        """{ pkgs, ... }:
let
  conf = { server.port = 80; server.token = «"q7Wz83kfPl0"»; };
  file = (pkgs.formats.toml { }).generate "a.toml" conf;
  format = pkgs.formats.yaml { };
in
{
  systemd.services.a.serviceConfig.ExecStart = "a --config ${file}";
  environment.etc."b.yaml".source = format.generate "b.yaml" { db.password = «"waterfall9"»; };
}""",
    ),
    (
        "D11",
        "a set that is put into JSON, and one from a file",
        {
            "a.nix": """{ pkgs, lib, ... }:
let
  a = pkgs.writeText "a.json" (builtins.toJSON { token = «"q7Wz83kfPl0"»; });
in
{
  services.a.configFile = a;
  environment.etc."b.json".text = builtins.toJSON (import ./data.nix);
  environment.etc."c.ini".text = lib.generators.toINI { } (import ./more.nix);
}
""",
            "data.nix": '{ url = "https://a.test"; apiToken = «"q7Wz83kfPl0"»; }\n',
            "more.nix": '{ main = { password = «"waterfall9"»; }; }\n',
        },
    ),
    (
        "D11",
        "files of Home Manager at the top",
        """{ pkgs, ... }: {
  xdg.configFile."a/config.json".text = builtins.toJSON { token = «"q7Wz83kfPl0"»; };
  xdg.dataFile."b".source = pkgs.writeText "b" (builtins.toJSON { password = «"waterfall9"»; });
}""",
    ),
    # -- B8: what is near to what is let be --
    (
        "B8",
        "a token without a face, a URL beside a comment, a branch that is taken",
        """{ lib, ... }: {
  services.a.settings = { token = «"q7Wz83kfPl0"»; name = "a"; };
  services.b.config = ''
    # the database:
    url = postgres://b:«waterfall9»@db/b
  '';
  services.c.password = if true then «"waterfall9"» else "";
  services.d.settings.password = lib.mkIf true «"birdsong77"»;
  services.e.settings = lib.optionalAttrs true { password = «"birdsong77"»; };
}""".replace('if true then «"waterfall9"» else ""', '«if true then "waterfall9" else ""»').replace(
            'lib.mkIf true «"birdsong77"»', '«lib.mkIf true "birdsong77"»'
        ),
    ),
    (
        "B8",
        "a client's secret beside the scope that it asks for",
        '{ services.a.settings.oauth = { scope = "openid"; clientId = "a"; clientSecret = «"q7Wz83kfPl0"»; }; }\n',
    ),
    (
        "B8",
        "an option of one's own with a value that somebody made for it",
        {
            "a.nix": '{ acme.app.password = "x"; services.acme.settings.token = «"q7Wz83kfPl0"»; }\n',
            "b.nix": "{ lib, ... }: { options.acme.app.password = lib.mkOption { }; }\n",
        },
    ),
    # -- D12: files of production in folders with other names --
    (
        "D12",
        "hosts that the flake has",
        {
            "flake.nix": """{
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ ./vms/a.nix ./modules/shell/users.nix ]; };
    nixosConfigurations.b = nixpkgs.lib.nixosSystem { modules = [ ./hosts/live/b.nix ./web-vm/default.nix ]; };
    nixosConfigurations.c = nixpkgs.lib.nixosSystem { modules = [ ./demo/c.nix ./tests/c.nix ]; };
  };
}
""",
            "vms/a.nix": '{ users.users.a.password = «"wonderland"»; }\n',
            "modules/shell/users.nix": '{ users.users.b.password = «"wonderland"»; }\n',
            "hosts/live/b.nix": '{ users.users.c.password = «"wonderland"»; }\n',
            "web-vm/default.nix": '{ services.a.settings.password = «"wonderland7"»; }\n',
            "demo/c.nix": '{ environment.etc.x.text = "url=postgres://a:«wonderland7»@db/a"; }\n',
            "tests/c.nix": '{ users.users.d.password = «"wonderland"»; }\n',
        },
    ),
    (
        "B10",
        "a host that makes an installer or runs one, and one that is called so",
        {
            "flake.nix": """{
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ ./a.nix ./rescue/users.nix ]; };
  };
}
""",
            "a.nix": """{ pkgs, ... }: {
  boot.loader.grub.extraFiles = (pkgs.nixos { imports = [ (pkgs.path + "/nixos/modules/installer/netboot/a.nix") ]; }).x;
  users.users.a.password = «"wonderland"»;
}
""",
            "rescue/users.nix": '{ users.users.b.password = «"wonderland"»; }\n',
        },
    ),
    (
        "D12",
        "a host without a flake, and folders of machines that nobody imports",
        {
            "live/configuration.nix": "{ imports = [ ../shell/a.nix ]; }\n",
            "shell/a.nix": '{ users.users.a.password = «"wonderland"»; }\n',
            "vms/web.nix": '{ users.users.b.password = «"wonderland"»; }\n',
        },
    ),
    # -- E: what goes by another name where it is used --
    (
        "E1",
        "a user that is imported as a whole, and settings merged with a file",
        {
            "a.nix": """{ lib, ... }: {
  users.users.bob = import ./people/bob.nix;
  services.app.settings = { port = 80; } // import ./settings.nix { inherit lib; };
}
""",
            "people/bob.nix": '{ isNormalUser = true; password = «"waterfall9"»; }\n',
            "settings.nix": '{ lib }: { smtp.password = «"birdsong7"»; }\n',
        },
    ),
    (
        "E1",
        "a set of a let that a text gets by replacement, in a list, and within an expression",
        """{ pkgs, ... }:
let
  secrets = { DB_PASSWORD = «"waterfall9"»; api.token = «"q7Wz83kfPl0"»; };
  adminPass = "unused";
  userPassword = «"birdsong7"»;
  conf = pkgs.writeText "a" (builtins.replaceStrings [ "@P@" ] [ secrets.DB_PASSWORD ] (builtins.readFile ./a.tmpl));
in
{
  services.app.configFile = conf;
  services.app.arguments = [ "login" userPassword ];
  environment.etc.b.text = "auth " + secrets.api.token;
}""",
    ),
    (
        "E1",
        "a file of values that another file puts into a text",
        {
            "a.nix": 'let v = import ./values.nix; in { environment.etc.a.text = "login ${v.mail.password}"; }\n',
            "values.nix": '{ mail.password = «"waterfall9"»; mail.user = "a"; }\n',
        },
    ),
    (
        "E1",
        "an argument of a command in a let",
        """{ pkgs, ... }:
let
  obs-password = «"birdsong7"»;
  vmPass = «"waterfall9"»;
  obs = "${pkgs.obs-cli}/bin/obs-cli --password ${obs-password}";
in
pkgs.writeShellScriptBin "a" "${obs} start; sshpass -p ${vmPass} ssh vm"
""",
    ),
    (
        "E2",
        "settings that are called options",
        '{ services.odoo.settings.options.admin_passwd = «"waterfall9"»; }',
    ),
    (
        "E3",
        "the commands of a script",
        """{
  systemd.services.a.script = ''
    sshpass -p «waterfall9» ssh backup
    curl -u admin:«birdsong7» https://a.test
    PGPASSWORD=«waterfall8» psql -h db
    docker run -e DB_PASSWORD=«waterfall7» app
    helm install --set auth.password=«waterfall6» app
    app --smtp.password «waterfall5» --client_secret=«waterfall4»
    curl -H 'X-Api-Key: «q7Wz83kfPl0»' https://a.test
    curl -d 'password=«waterfall3»&user=a' https://a.test
    echo '{"user":"a","password":"«waterfall2»"}' > /run/a.json
  '';
  services.nginx.virtualHosts.a.locations."/".extraConfig = ''
    proxy_set_header X-Api-Key "«q7Wz83kfPl1»";
  '';
}""",
    ),
    (
        "E4",
        "tokens of services by their prefix",
        """{
  services.a.x = "«rk_live_@@q7w2e9r4t1y6u3i8o5p0a2»";
  services.b.x = "«glsa_@@q7w2e9r4t1y6u3i8o5p0a2s4d6f8g1h3_0a1b2c3d»";
  services.c.x = "«lin_api_@@q7w2e9r4t1y6u3i8o5p0a2s4d6f8g1h3j5k7l9z2»";
}""".replace("@@", ""),
    ),
    (
        "E8",
        "an argument of all modules that git-crypt keeps",
        {
            "flake.nix": """{
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.a = nixpkgs.lib.nixosSystem {
      specialArgs = { secrets = import ./secrets.nix; };
      modules = [ ./a.nix ];
    };
  };
}
""",
            "a.nix": """{ config, secrets, ... }: {
  services.a.settings.password = «secrets.a.password»;
  users.users.bob.password = «"${secrets.bob}"»;
  services.b.settings.password = config.my.password;
}
""",
            "secrets.nix": "\0GITCRYPT\0abcdef",
        },
    ),
    (
        "E3",
        "an element of XML",
        """{
  environment.etc."readarr/config.xml".text = ''
    <Config>
      <ApiKey>«0a1b2c3d4e5f60718293a4b5c6d7e8f9»</ApiKey>
      <SslCertPassword></SslCertPassword>
    </Config>
  '';
}""",
    ),
    (
        "E1",
        "a user that a function makes",
        """let
  mkUser = name: { isNormalUser = true; initialPassword = «"fantasma"»; };
in
{ users.users.alice = mkUser "alice"; }""",
    ),
]

SILENT: list[tuple[str, str, str | Mapping[str, str]]] = [
    (
        "B10",
        "installers and rescue systems that no host has",
        {
            "flake.nix": """{
  outputs = { nixos-generators, ... }: {
    packages.x86_64-linux.live-iso = nixos-generators.nixosGenerate { modules = [ ./nix/installer-base.nix ]; };
  };
}
""",
            "nix/installer-base.nix": '{ users.users.root.password = "nixos"; }\n',
            "boot/rescue/base.nix": '{ users.users.nixos.initialPassword = "nixos"; }\n',
            "kexec.nix": '{ users.users.root.initialPassword = "toor"; }\n',
        },
    ),
    (
        "B8",
        "the tokens of a lexer, and keys of styles",
        """{
  programs.a.settings.lexer = [ { token = "q7Wz83kfPl0"; face = "Keyword"; } ];
  programs.b.config.rules = { one = { token = "comment7block"; regex = "#.*"; }; };
  programs.c.settings.colors = [ { token = "string9quoted"; foreground = "#ff0000"; } ];
}""",
    ),
    (
        "B8",
        "URLs and statements in comments of a text",
        """{
  services.a.config = ''
    # url = postgres://a:waterfall9@db/a
    ; url = redis://:waterfall9@cache
    // curl https://a.test/?token=q7Wz83kfPl0
    -- ALTER USER a WITH PASSWORD 'waterfall9';
    port = 80
  '';
}""",
    ),
    (
        "B8",
        "what a check gets while the system is built",
        """{
  services.frigate.preCheckConfig = ''
    export FRIGATE_MQTT_PASSWORD=waterfall9
    export OTHER=x
  '';
  services.app.package.checkPhase = "app --password=waterfall9";
}""",
    ),
    (
        "B8",
        "branches that are dead",
        """{ lib, ... }: {
  services.a.settings.password = if true then "" else "waterfall9";
  services.b.settings.password = if false then "waterfall9" else "";
  services.c.settings = lib.mkIf false { password = "waterfall9"; };
  services.d.settings = lib.optionalAttrs false { url = "redis://:waterfall9@cache"; };
  services.e.extraArgs = lib.optionals false [ "--password" "waterfall9" ];
}""",
    ),
    (
        "B8",
        "words at options of one's own",
        {
            "a.nix": '{ acme.services.app.secret = "immich"; config.acme.vault.token = "media"; }\n',
            "b.nix": "{ lib, ... }: { options.acme.services.app.secret = lib.mkOption { }; }\n",
        },
    ),
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
    (
        "D9",
        "files that are public, encrypted, only there at run time, or no secrets",
        {
            "a.nix": """{ config, ... }: {
  services.a.extraConfig = builtins.readFile ./a.conf;
  services.b.key = builtins.readFile ./secrets/b.pub;
  services.c.extraConfig = builtins.readFile ./token.age;
  services.d.settings = builtins.readFile ./secrets/tokenizer.json;
  services.e.text = builtins.readFile ./password-hash;
  services.f.text = builtins.readFile ./secrets.md;
}
""",
            "b.nix": """let secrets = import ./secrets.nix; in {
  networking.hostName = secrets.name;
  services.g.passwordFile = secrets.passwordFile;
  users.users.a.hashedPassword = secrets.hash;
}
""",
            "secrets.nix": "\0GITCRYPT\0abcdef",
        },
    ),
    (
        "D10",
        "names of secrets, references, and what goes nowhere",
        """{ config, pkgs, ... }:
let
  token = "$A_TOKEN";
  password = config.sops.placeholder.a;
  tokenName = "hub-token";
  unused = "waterfall9";
  secret = "app/secret";
in
{
  systemd.services.a.script = "curl ${token} ${tokenName} ${secret}";
  sops.templates."a".content = "x ${password}";
  specialArgs.tokenFile = "/run/secrets/a";
}""",
    ),
    (
        "D10",
        "what a let has for a description or a test",
        """{ pkgs, lib, ... }:
let password = "waterfall9"; in
{
  options.a = lib.mkOption { description = "such as ${password}"; };
  config.virtualisation.vmVariant.services.a.text = "x ${password}";
}""",
    ),
    (
        "D11",
        "sets of something else, and lines that are none",
        """{ pkgs, config, ... }:
let
  conf = { token = "@token@"; password = config.sops.placeholder.a; tokens.max = "100"; };
  scope = { token = "keyword"; };
in
{
  environment.etc."a.toml".source = (pkgs.formats.toml { }).generate "a" conf;
  environment.etc."b.json".source = (pkgs.formats.json { }).generate "b" { pools = { user = "4"; pass = "rig7seven"; }; };
  services.a.extraConfig = ''
    password "$PASSWORD"
    echo password "is wrong"
    label "waterfall9"
  '';
}""",
    ),
    (
        "D12",
        "machines that say that they are for trial, tests and examples",
        {
            "flake.nix": """{
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.iso = nixpkgs.lib.nixosSystem { modules = [ ./hosts/iso.nix ]; };
    nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ ./hosts/a.nix ]; };
  };
}
""",
            "hosts/iso.nix": """{ modulesPath, ... }: {
  imports = [ "${modulesPath}/installer/cd-dvd/installation-cd-minimal.nix" ../modules/login.nix ];
}
""",
            "modules/login.nix": '{ users.users.nixos.password = "wonderland"; }\n',
            "hosts/a.nix": '{ virtualisation.vmVariant.users.users.a.password = "wonderland"; }\n',
            "tests/a.nix": '{ users.users.a.password = "wonderland"; }\n',
            "examples/a/configuration.nix": '{ users.users.a.password = "wonderland"; }\n',
            "template/a.nix": '{ users.users.a.password = "wonderland"; }\n',
            "vms/a.nix": """{ modulesPath, ... }: {
  imports = [ "${modulesPath}/virtualisation/qemu-vm.nix" ]; users.users.a.password = "wonderland";
}
""",
        },
    ),
    (
        "E1",
        "values that nothing uses, or that a shell to develop in has, and sets that declare secrets",
        {
            "a.nix": """{ config, pkgs, ... }:
let
  secrets = { db.password = "app/db-password"; token = "waterfall9"; };
  modulePassword = "waterfall9";
in
{
  imports = [ (import ./module.nix { }) ];
  devShells.default.shellHook = "echo ${secrets.token}";
  services.app.passwordFile = config.sops.secrets.${secrets.db.password}.path;
}
""",
            "module.nix": '{ }: { options.password = "waterfall9"; }\n',
        },
    ),
    (
        "E5",
        "a service that is switched off in the same set",
        """{
  services.a = { enable = false; settings.password = "waterfall9"; };
  services.b.enable = false;
  services.b.extraConfig = ''
    password = waterfall9
    x = 1
  '';
}""",
    ),
    (
        "E6",
        "an owner who says in other words that nothing is lost",
        """{
  # only a dummy password, nobody checks it
  services.a.settings.password = "waterfall9";
  services.b.settings.password = "waterfall9"; # it's public anyway
  services.c.settings.password = "waterfall9"; # kein Geheimnis
  services.d.settings.password = "waterfall9"; # doesn't matter, listens on localhost
  services.e.settings.password = "waterfall9"; # safe to commit
}""",
    ),
    (
        "E7",
        "an image to install from, with a flake of its own or by its name",
        {
            "iso/flake.nix": """{
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.a = nixpkgs.lib.nixosSystem { modules = [ ./configuration.nix ]; };
  };
}
""",
            "iso/configuration.nix": '{ users.users.root.password = "waterfall9"; }\n',
            "flake.nix": """{
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.installer = nixpkgs.lib.nixosSystem { modules = [ ./media.nix ]; };
  };
}
""",
            "media.nix": '{ users.users.root.password = "waterfall9"; }\n',
        },
    ),
    (
        "E3",
        "commands that take their secret from somewhere",
        """{
  systemd.services.a.script = ''
    sshpass -e ssh backup
    curl -u "admin:$PASSWORD" https://a.test
    PGPASSWORD="$(cat /run/secrets/db)" psql -h db
    docker run -e DB_PASSWORD app
    app --token-file /run/secrets/a --password "$PASSWORD" --secret-name app
    curl -H "X-Api-Key: $KEY" https://a.test
    mysql -u root -p app
    echo "{\\"password\\":\\"$PASSWORD\\"}" > /run/a.json
  '';
}""",
    ),
    (
        "E7",
        "a folder that a filter leaves out, a machine that puts others up, a console that asks for nothing",
        {
            "lib.nix": '{ lib }: fs: fs.filterNot (path: lib.hasInfix "/disabled/" path)\n',
            "modules/disabled/a.nix": '{ users.users.a.password = "waterfall9"; }\n',
            "flake.nix": """{
  outputs = { nixpkgs, ... }: {
    nixosConfigurations.bootstrap = nixpkgs.lib.nixosSystem { modules = [ ./start.nix ]; };
  };
}
""",
            "start.nix": '{ users.users.root.initialPassword = "waterfall9"; }\n',
            "wsl.nix": """{
  wsl.defaultUser = "a";
  users.users.a = { isNormalUser = true; extraGroups = [ "wheel" ]; initialHashedPassword = ""; };
}
""",
        },
    ),
    (
        "E6",
        "a mode whose owner knows",
        """{
  # node_exporter runs as another user: the file must be world-readable.
  sops.secrets.metrics.mode = "0444";
}""",
    ),
    (
        "E9",
        "a folder, a hash, the name of a secret, a prefix, a command, the name of an attribute",
        """{ config, ... }:
let
  pwd = "#[fg=red] #{b:pane_current_path}";
  appKeySecret = "dashboard-app-key";
in
{
  programs.tmux.extraConfig = "set -g status-left '${pwd}'";
  services.app.keys = [ appKeySecret config.age.secrets."${appKeySecret}".path ];
  services.znc.config.User.joe.Pass = "md5#::#::#";
  environment.variables.ANTHROPIC_AUTH_TOKEN = "sk-";
  programs.fish.shellAbbrs.modify-secret = "pushd $HOME/nixcfg && agenix -e";
  services.app.settings.edit-secret = "pushd /etc/nixos && agenix -e";
  services.stalwart.settings.directory.ldap.attributes.secret = "userPassword";
}""",
    ),
    (
        "E9",
        "a variable of awk, a socket, a line of variables that is a comment",
        """{ pkgs, ... }: {
  services.a.script = ''
    awk '{
      if (x > 1) {
        token = matched
      } else {
        token = other
      }
    }'
  '';
  services.b.settings.target = "user=blocky password=blocky host=/run/postgresql dbname=blocky";
  services.c.secretsFile = pkgs.writeText "c" ''
    # TOKEN=0a1b2c3d4e5f60718293a4b5c6d7e8f9
  '';
}""",
    ),
    (
        "E6",
        "a first password that is changed at once, and a mode that somebody means",
        """{
  users.users.a.initialPassword = "pw123"; # this is changed immediately
  # To be changed on first login
  users.users.b.initialPassword = "pw123";
  sops.secrets.leases.mode = "0444"; # not sensitive, every service reads it
}""",
    ),
    (
        "E7",
        "files that nothing uses",
        {
            "flake.nix": "{ outputs = inputs: inputs.flake-parts.lib.mkFlake { } (inputs.import-tree ./modules); }\n",
            "modules/_old.nix": '{ users.users.a.password = "waterfall9"; }\n',
            ".attic/a.nix": '{ users.users.a.password = "waterfall9"; }\n',
            "examples/b.nix": '{ users.users.a.password = "waterfall9"; }\n',
        },
    ),
    (
        "E7",
        "a console that nobody has",
        {
            "base.nix": '{ boot.isContainer = true; users.users.root.initialHashedPassword = ""; }\n',
            "image.nix": '{ vm = { users.users.root.initialHashedPassword = ""; }; }\n',
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


@pytest.mark.parametrize(
    ("text", "container"),
    [
        ('{ containers.web.config.services.a.settings.password = "waterfall9"; }', "web"),
        ('{ containers.web.config = { users.users.a.password = "waterfall9"; }; }', "web"),
        ('{ containers.web.config.environment.etc.x.text = "url=redis://:waterfall9@cache"; }', "web"),
        ('{ virtualisation.oci-containers.containers.db.environment.DB_PASSWORD = "waterfall9"; }', "db"),
        ('{ virtualisation.oci-containers.containers.db.cmd = [ "--password" "waterfall9" ]; }', "db"),
        ("{ virtualisation.oci-containers.containers.db.environmentFiles = [ ./db.env ]; }", "db"),
        ('{ services.a.settings.password = "waterfall9"; }', None),
        ('{ services.a.containers.b.password = "waterfall9"; }', None),
    ],
)
def test_finding_in_a_container_names_it(tmp_path: Path, text: str, container: str | None) -> None:
    write_files(tmp_path, {"a.nix": text})

    report = run(request(tmp_path, select=frozenset(RULES.split(","))), REGISTRY)

    assert [each.finding.container for each in report.findings] == [container]


@pytest.mark.parametrize(
    ("files", "container"),
    [
        ({"a.nix": "{ containers.web.config = import ./web.nix; }"}, "web"),
        ({"a.nix": "{ containers.web.config = { imports = [ ./web.nix ]; }; }"}, "web"),
        ({"a.nix": "{ containers.web.config = ./host.nix; }", "host.nix": "{ imports = [ ./web.nix ]; }"}, "web"),
        (
            {"a.nix": "{ containers.a.config.imports = [ ./web.nix ]; containers.b.config.imports = [ ./web.nix ]; }"},
            None,
        ),
        ({"a.nix": "{ containers.a.config.imports = [ ./b.nix ]; imports = [ ./web.nix ]; }", "b.nix": "{ }"}, None),
    ],
)
def test_finding_in_a_file_of_a_container_names_it(
    tmp_path: Path, files: dict[str, str], container: str | None
) -> None:
    write_files(tmp_path, {**files, "web.nix": '{ services.a.settings.password = "waterfall9"; }'})

    report = run(request(tmp_path, select=frozenset(RULES.split(","))), REGISTRY)

    assert [each.finding.container for each in report.findings] == [container]


def test_help_for_a_users_password_says_what_has_to_be_in_the_file(tmp_path: Path) -> None:
    write_files(tmp_path, {"a.nix": '{ users.users.a.password = "waterfall9"; }'})

    (found,) = run(request(tmp_path, select=frozenset(RULES.split(","))), REGISTRY).findings

    assert "hashedPasswordFile" in found.finding.help
    assert "holds a hash (mkpasswd makes one) and not the password" in found.finding.help
    assert "neededForUsers = true" in found.finding.help
