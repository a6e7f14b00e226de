{ ... }:
{
  imports = [
    ./modules/forum.nix
    ./modules/panel.nix
    ./modules/shell.nix
  ];

  homelab.forum.enable = true;
  homelab.panel.enable = true;
  homelab.panel.address = "10.77.0.2";
  homelab.shell.enable = true;
  system.stateVersion = "25.05";
}
