{ config, lib, pkgs, ... }:
let
  database = name: {
    image = "docker.io/library/postgres:16.3";
    environment.POSTGRES_PASSWORD_FILE = "/run/secrets/password";
    volumes = [ "${config.age.secrets."${name}-postgres".path}:/run/secrets/password:ro" ];
  };
in
{
  sops.secrets = {
    "forge/environment" = { };
    "links/admin" = { };
    tasks-environment = { };
  };
  sops.templates."feeds.env".content = ''
    API_TOKEN=${config.sops.placeholder."feeds/token"}
  '';
  sops.secrets."feeds/token".restartUnits = [ "podman-feeds.service" ];
  age.secrets.store-postgres.file = ./store-postgres.age;

  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers = {
    forge = {
      image = "docker.io/gitea/gitea:1.22.0";
      environment = {
        USER_UID = "1000";
        GITEA__database__USER = "forge";
      };
      environmentFiles = [ config.sops.secrets."forge/environment".path ];
    };
    tasks = {
      image = "docker.io/vikunja/vikunja:0.24.0";
      environment.DATABASE_HOST = "db";
      environmentFiles = [ config.sops.secrets.tasks-environment.path ];
    };
    links = {
      image = "docker.io/example/links:2.5.0";
      extraOptions = [
        "-e"
        "ADMIN_PASSWORD_FILE=/run/secrets/admin"
        "--volume=${config.sops.secrets."links/admin".path}:/run/secrets/admin:ro"
      ];
    };
    feeds = lib.mkIf true {
      image = "docker.io/example/feeds:2.1.4";
      environment = lib.mkMerge [
        { TZ = "Etc/UTC"; }
        { API_TOKEN_HEADER = "X-Feeds"; }
      ];
      environmentFiles = [ config.sops.templates."feeds.env".path ];
    };
    store = database "store";
  };
}
