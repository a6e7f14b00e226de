{ config, lib, ... }:
{
  options.homelab.shell.enable = lib.mkEnableOption "a shell to look after the host";

  config = lib.mkIf config.homelab.shell.enable {
    containers.shell = {
      bindMounts."/host-etc" = {
        hostPath = "/etc";
        isReadOnly = false;
      };
      config.system.stateVersion = "25.05";
    };

    containers.runner = {
      bindMounts."/var/run/docker.sock" = {
        hostPath = "/var/run/docker.sock";
        isReadOnly = false;
      };
      config.system.stateVersion = "25.05";
    };
  };
}
