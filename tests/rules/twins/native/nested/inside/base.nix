{ lib, ... }:
{
  networking.useHostResolvConf = lib.mkForce false;
  services.resolved.enable = true;
  system.stateVersion = "24.11";
}
