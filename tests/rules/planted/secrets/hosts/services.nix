{ config, lib, pkgs, ... }:
let
  cfg = config.my.mailer;
in
{
  options.my.mailer.enable = lib.mkEnableOption "the mailer";

  config = lib.mkIf cfg.enable {
    services.grafana.settings.security.admin_password = "hunter2-grafana";
    services.mosquitto.listeners = [ { users.home.password = "hunter2-broker"; } ];
    services.vaultwarden.environmentFile = ./vaultwarden.env;
    services.restic.backups.daily = {
      repository = "/srv/backup";
      passwordFile = "${./restic-password}";
    };
  };
}
