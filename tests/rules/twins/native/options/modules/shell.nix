{ config, lib, ... }:
{
  options.homelab.shell.enable = lib.mkEnableOption "a shell to look after the host";

  config = lib.mkIf config.homelab.shell.enable {
    containers.shell = {
      bindMounts."/home/keeper" = {
        hostPath = "/var/lib/keeper";
        isReadOnly = false;
      };
      config.system.stateVersion = "25.05";
    };

    containers.runner = {
      bindMounts."/run/runner" = {
        hostPath = "/run/runner-proxy";
        isReadOnly = false;
      };
      config.system.stateVersion = "25.05";
    };
  };
}
