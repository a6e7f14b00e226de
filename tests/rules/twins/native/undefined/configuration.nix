{ config, pkgs, lib, ... }:
let
  addressOf = name: "10.50.0.${toString ports.${name}}";
  ports = { web = 2; };
  suffix = "x";
  unit = rec {
    name = "web";
    full = "${name}-${suffix}";
  };
in
{
  imports = [ ./web.nix ];
  system.stateVersion = "25.05";
  environment.systemPackages = [ pkgs.hello ];
  networking.hosts.${addressOf "web"} = [ unit.name ];
  services.openssh.enable = lib.mkDefault true;
}
