{ lib, ... }:
let
  system = {
    system.stateVersion = "25.11";
  };
in
{
  networking.firewall.allowedTCPPorts = [ 8443 ];

  # What admin needs of the kernel is there before it starts.
  boot.kernelModules = [ "wireguard" ];

  containers = lib.mkMerge [
    {
      admin = {
        privateNetwork = true;
        hostAddress = "10.90.0.1";
        localAddress = "10.90.0.2";
        enableTun = true;
        additionalCapabilities = [ "CAP_NET_ADMIN" ];
        config = { lib, ... }: {
          imports = [ system ];
          networking.useHostResolvConf = lib.mkForce false;
          services.resolved.enable = true;
        };
      };
    }
    {
      every.extraFlags = [ "--drop-capability=CAP_SYS_CHROOT" ];
      every.config = system;
    }
    (lib.mkIf true {
      walled = {
        autoStart = true;
        config = {
          imports = [ system ];
          services.nginx.enable = true;
          services.nginx.defaultSSLListenPort = 8443;
        };
      };
    })
    {
      keys = {
        bindMounts."/run/secrets/tls-key".hostPath = "/run/secrets/tls-key";
        config = system;
      };
    }
    {
      disk = {
        bindMounts."/data" = {
          hostPath = "/srv/disk";
          isReadOnly = false;
        };
        allowedDevices = [
          {
            node = "/dev/dri/renderD128";
            modifier = "rw";
          }
        ];
        config = system;
      };
    }
  ];
}
