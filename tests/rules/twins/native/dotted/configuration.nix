{ config, lib, pkgs, ... }:
{
  imports = [ ./network.nix ];

  system.stateVersion = "24.05";

  # The release under which its data was made.
  containers.db = {
    autoStart = true;
    config = { pkgs, ... }: {
      system.stateVersion = "23.11";
      services.postgresql.enable = true;
    };
  };

  containers.wiki-old = {
    autoStart = true;
    config = { ... }: {
      services.dokuwiki.sites."wiki.example".enable = true;
      system.stateVersion = "23.11";
    };
  };

  containers.build = {
    nixpkgs = <nixpkgs-unstable>;
    config = { ... }: {
      services.hydra.enable = false;
      system.stateVersion = "24.05";
    };
  };

  containers.legacy = {
    path = "/nix/var/nix/profiles/per-container/legacy";
  };
}
