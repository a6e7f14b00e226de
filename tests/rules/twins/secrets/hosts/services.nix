{ config, lib, pkgs, ... }:
let
  cfg = config.my.mailer;
in
{
  options.my.mailer.enable = lib.mkEnableOption "the mailer";

  config = lib.mkIf cfg.enable {
    services.grafana.settings.security.admin_password = "$__file{${config.sops.secrets.grafana.path}}";
    services.mosquitto.listeners = [ { users.home.passwordFile = config.sops.secrets.broker.path; } ];
    services.vaultwarden.environmentFile = config.sops.templates."vaultwarden.env".path;
    services.restic.backups.daily = {
      repository = "/srv/backup";
      passwordFile = "/etc/nixos/restic-password";
    };
  };
}
