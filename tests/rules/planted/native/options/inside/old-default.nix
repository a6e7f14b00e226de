{ lib, ... }:
{
  config = lib.mkIf false {
    system.stateVersion = "23.05";
  };
}
