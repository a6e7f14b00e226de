{ config, lib, ... }:
{
  networking.nat = {
    enable = true;
    externalInterface = "enp2s0";
    internalInterfaces = [ "ve-dns" ];
  };

  containers.dns = {
    autoStart = true;
    privateNetwork = true;
    hostAddress = "10.231.1.1";
    localAddress = "10.231.1.2";
    config = { lib, ... }: {
      networking.nameservers = [ "9.9.9.9" ];
      networking.useHostResolvConf = lib.mkForce false;
      system.stateVersion = "24.05";
    };
  };

  containers.cache = {
    autoStart = true;
    privateNetwork = true;
    hostAddress = "10.231.2.1";
    localAddress = "10.231.2.2";
    config = { lib, ... }: {
      networking.useHostResolvConf = lib.mkForce false;
      networking.firewall.allowedTCPPorts = [ 6379 ];
      services.redis.servers.main = {
        enable = true;
        bind = "10.231.2.2";
        port = 6379;
        requirePassFile = "/run/keys/redis";
      };
      system.stateVersion = "24.05";
    };
  };

  networking.bridges.br0.interfaces = [ "enp1s0" ];
  containers.mail = {
    autoStart = true;
    privateNetwork = true;
    hostBridge = "br0";
    localAddress = "192.168.7.9/24";
    config = { lib, ... }: {
      networking.useHostResolvConf = lib.mkForce false;
      networking.defaultGateway = "192.168.7.1";
      networking.nameservers = [ "192.168.7.1" ];
      system.stateVersion = "24.05";
    };
  };

  containers.tunnel = {
    autoStart = true;
    networkNamespace = "/run/netns/vpn";
    config = { lib, ... }: {
      networking.useHostResolvConf = lib.mkForce false;
      networking.nameservers = [ "10.2.0.1" ];
      system.stateVersion = "24.05";
    };
  };
}
