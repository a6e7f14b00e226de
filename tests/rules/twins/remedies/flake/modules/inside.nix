{ lib, ... }:
{
  networking.useHostResolvConf = lib.mkForce false;
  services.resolved = {
    enable = true;
    fallbackDns = [ "9.9.9.9" ];
  };
  system.stateVersion = lib.mkDefault "24.11";
}
