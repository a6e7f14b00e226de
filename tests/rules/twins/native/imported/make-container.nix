{ name, port }:
{ lib, ... }:
{
  networking.firewall.allowedTCPPorts = [ port ];

  containers.${name} = {
    autoStart = true;
    ephemeral = true;
    bindMounts."/var/lib/mysql" = {
      hostPath = "/srv/${name}/mysql";
      isReadOnly = false;
    };
    config = {
      services.prosody.enable = false;
      services.mysql.enable = true;
      system.stateVersion = "25.05";
    };
  };
}
