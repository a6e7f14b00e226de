{ lib, ... }:
{
  containers.island = lib.mkMerge [
    {
      privateNetwork = true;
      config = { lib, ... }: {
        networking.useHostResolvConf = lib.mkForce false;
        system.stateVersion = "25.11";
      };
    }
    { forwardPorts = [ { hostPort = 8081; containerPort = 80; } ]; }
  ];
}
