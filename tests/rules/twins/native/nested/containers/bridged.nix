{ lib, ... }:
let
  resolver = {
    networking.useHostResolvConf = lib.mkForce false;
    networking.nameservers = [ "192.168.30.1" ];
    system.stateVersion = "24.11";
  };
in
{
  networking.bridges.br-dmz.interfaces = [ ];
  networking.interfaces.br-dmz.ipv4.addresses = [
    {
      address = "192.168.32.1";
      prefixLength = 24;
    }
  ];

  containers = {
    outside = {
      privateNetwork = true;
      hostBridge = "br-lan";
      localAddress = "192.168.30.4/24";
      config = resolver;
    };
    bare = {
      privateNetwork = true;
      hostBridge = "br-lan";
      localAddress = "192.168.30.7/24";
      config = resolver;
    };
    nowhere = {
      privateNetwork = true;
      hostBridge = "br-dmz";
      localAddress = "192.168.32.8/24";
      config = resolver;
    };
  };
}
