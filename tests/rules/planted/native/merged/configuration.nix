{ lib, ... }:
let
  system = {
    system.stateVersion = "25.11";
  };
in
{
  containers = lib.mkMerge [
    {
      admin = {
        additionalCapabilities = [ "CAP_SYS_ADMIN" ];
        config = system;
      };
    }
    {
      every.extraFlags = [ "--capability=all" ];
      every.config = system;
    }
    (lib.mkIf true {
      walled = {
        autoStart = true;
        config = {
          imports = [ system ];
          networking.firewall.allowedTCPPorts = [ 8443 ];
        };
      };
    })
    {
      keys = {
        bindMounts."/run/secrets/tls-key" = {
          hostPath = "/run/secrets/tls-key";
          isReadOnly = false;
        };
        config = system;
      };
    }
    {
      disk = {
        allowedDevices = [
          {
            node = "/dev/sda";
            modifier = "rwm";
          }
        ];
        config = system;
      };
    }
  ];
}
