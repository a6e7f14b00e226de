{ config, lib, ... }:
let
  cfg = config.homelab.forum;
in
{
  options.homelab.forum = {
    enable = lib.mkEnableOption "the forum";
    tuned = lib.mkEnableOption "tuning";
  };

  config = lib.mkIf cfg.enable {
    containers.forum = {
      autoStart = true;
      ephemeral = true;
      bindMounts."/var/lib/postgresql" = {
        hostPath = "/var/lib/forum/postgresql";
        isReadOnly = false;
      };
      config = {
        services.postgresql.enable = true;
        system.stateVersion = "25.05";
      };
    };

    containers.forum-search = {
      autoStart = true;
      config = { lib, ... }: {
        imports = [ ../inside/old-default.nix ];
        services.opensearch.enable = true;
      };
    };
  };
}
