{ lib, ... }:
{
  config = lib.mkIf true {
    system.stateVersion = lib.mkDefault "23.05";
  };
}
