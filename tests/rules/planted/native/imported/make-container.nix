{ name, port }:
{ lib, ... }:
{
  containers.${name} = {
    autoStart = true;
    ephemeral = true;
    config = {
      services.prosody.enable = false;
      services.mysql.enable = true;
      networking.firewall.allowedTCPPorts = [ port ];
      system.stateVersion = "25.05";
    };
  };
}
