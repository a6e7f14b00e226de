{ config, pkgs, ... }:
{
  sops.secrets = { a-env = { }; b-env = { }; "db" = { owner = "app"; }; ada.neededForUsers = true; };
  sops.templates."app.toml".content = ''
    [database]
    password = "${config.sops.placeholder.db}"
    url = "postgres://app:${config.sops.placeholder.db}@localhost/app"
  '';
  users.mutableUsers = false;
  users.users.ada = { isNormalUser = true; hashedPasswordFile = config.sops.secrets.ada.path; };
  users.users.root.hashedPassword = "!";
  systemd.services.app.serviceConfig.LoadCredential = [ "db:${config.sops.secrets.db.path}" ];
  systemd.services.app.environment = {
    DB_PASSWORD_FILE = "%d/db";
    TOKEN_LIFETIME = "3600";
    SECRET_KEY_PATH = "/run/keys/app";
  };
  services.nextcloud = {
    config.adminpassFile = "/var/lib/secrets/nextcloud";
    config.dbpassFile = config.sops.secrets.db.path;
  };
  services.grafana.settings.database.password = "$__file{/run/secrets/db}";
  services.gitea.database.passwordFile = config.sops.secrets.db.path;
  networking.wireless.secretsFile = "/run/secrets/wifi";
  networking.wireless.networks.home.pskRaw = "ext:home_psk";
  networking.wg-quick.interfaces.wg0 = {
    privateKeyFile = "/etc/wireguard/key";
    peers = [ { publicKey = "xTIBA5rboUvnH4htodjb6e697QjLERt1NAB4mZqp8Dg="; presharedKeyFile = "/run/secrets/psk"; } ];
  };
  services.restic.backups.b = {
    passwordFile = config.sops.secrets.db.path;
    environmentFile = "/run/secrets/restic-env";
    repositoryFile = "/run/secrets/restic-repo";
  };
  services.mosquitto.listeners = [ { users.a.hashedPassword = "$7$101$abc$def=="; } ];
}
