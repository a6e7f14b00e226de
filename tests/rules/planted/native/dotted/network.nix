{ config, lib, ... }:
{
  containers.dns = {
    autoStart = true;
    privateNetwork = true;
    hostAddress = "10.231.1.1";
    localAddress = "10.231.1.2";
    config = { ... }: {
      networking.nameservers = [ "9.9.9.9" ];
      system.stateVersion = "24.05";
    };
  };

  containers.cache = {
    autoStart = true;
    hostAddress = "10.231.2.1";
    localAddress = "10.231.2.2";
    config = { ... }: {
      services.redis.servers.main.enable = true;
      system.stateVersion = "24.05";
    };
  };

  networking.bridges.br0.interfaces = [ "enp1s0" ];
  containers.mail = {
    autoStart = true;
    privateNetwork = true;
    hostBridge = "br0";
    localAddress = "192.168.7.9";
    timeoutStartSec = "2min";
    config = { lib, ... }: {
      networking.useHostResolvConf = lib.mkForce false;
      networking.nameservers = [ "192.168.7.1" ];
      system.stateVersion = "24.05";
    };
  };

  containers.tunnel = {
    autoStart = true;
    privateNetwork = true;
    networkNamespace = "/run/netns/vpn";
    config = { lib, ... }: {
      networking.useHostResolvConf = lib.mkForce false;
      system.stateVersion = "24.05";
    };
  };
}
