{ lib, ... }:
{
  containers.island = lib.mkMerge [
    {
      privateNetwork = true;
      hostAddress = "10.91.0.1";
      localAddress = "10.91.0.2";
      config = { lib, ... }: {
        networking.useHostResolvConf = lib.mkForce false;
        networking.firewall.allowedTCPPorts = [ 80 ];
        services.nginx.enable = true;
        system.stateVersion = "25.11";
      };
    }
    { forwardPorts = [ { hostPort = 8081; containerPort = 80; } ]; }
  ];
}
