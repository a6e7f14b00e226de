{ config, lib, ... }:
let
  cfg = config.homelab.panel;
in
{
  options.homelab.panel = {
    enable = lib.mkEnableOption "the panel";
    address = lib.mkOption { type = lib.types.str; };
  };

  config = lib.mkIf cfg.enable {
    containers.panel = {
      autoStart = true;
      privateNetwork = true;
      hostAddress = "10.77.0.1";
      localAddress = cfg.address;
      config = { lib, ... }: {
        networking.useHostResolvConf = lib.mkForce false;
        networking.firewall.allowedTCPPorts = [ 3000 ];
        services.grafana = {
          enable = true;
          settings.server.http_addr = "0.0.0.0";
          settings.server.http_port = 3000;
        };
        system.stateVersion = "25.05";
      };
    };

    containers.panel-log = {
      autoStart = true;
      privateNetwork = true;
      hostAddress = "10.77.0.1";
      localAddress = "10.77.0.3";
      config = { lib, ... }: {
        networking.useHostResolvConf = lib.mkForce false;
        services.resolved.enable = true;
        system.stateVersion = "25.05";
      };
    };
  };
}
