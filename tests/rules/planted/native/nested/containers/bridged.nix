{ lib, ... }:
let
  resolver = {
    networking.useHostResolvConf = lib.mkForce false;
    networking.nameservers = [ "192.168.30.1" ];
    system.stateVersion = "24.11";
  };
in
{
  containers = {
    outside = {
      privateNetwork = true;
      hostBridge = "br-lan";
      localAddress = "192.168.31.4/24";
      config = resolver;
    };
    bare = {
      privateNetwork = true;
      hostBridge = "br-lan";
      localAddress = "192.168.30.7";
      config = resolver;
    };
    nowhere = {
      privateNetwork = true;
      hostBridge = "br-dmz";
      localAddress = "192.168.30.8/24";
      config = resolver;
    };
  };
}
