{ lib, ... }:
{
  networking.nat = {
    enable = true;
    internalInterfaces = [ "ve-+" ];
    externalInterface = "eno1";
  };

  containers.torrent = {
    autoStart = true;
    privateNetwork = true;
    hostAddress = "10.80.0.1";
    localAddress = "10.80.0.2";
    config = { lib, ... }: {
      networking.useHostResolvConf = lib.mkForce false;
      networking.nameservers = [ "9.9.9.9" ];
      services.transmission = {
        enable = true;
        openRPCPort = true;
        settings.rpc-bind-address = "0.0.0.0";
      };
      system.stateVersion = "25.05";
    };
  };
}
