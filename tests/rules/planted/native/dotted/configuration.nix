{ config, lib, pkgs, ... }:
{
  imports = [ ./network.nix ];

  system.stateVersion = "24.05";

  # The version is in a comment only.
  containers.db = {
    autoStart = true;
    config = { pkgs, ... }: {
      # system.stateVersion = "24.05";
      services.postgresql.enable = true;
    };
  };

  containers.wiki_old = {
    autoStart = true;
    config = { ... }: {
      services.dokuwiki.sites."wiki.example".enable = true;
      system.stateVersion = "23.11";
    };
  };

  containers.build = {
    pkgs = import <nixpkgs-unstable> { };
    config = { ... }: {
      services.hydra.enable = false;
      system.stateVersion = "24.05";
    };
  };

  containers.legacy = {
    path = "/nix/var/nix/profiles/per-container/legacy";
    config = { ... }: {
      system.stateVersion = "22.05";
    };
  };
}
