{ config, lib, pkgs, ... }:
let
  database = name: {
    image = "docker.io/library/postgres:16.3";
    environment.POSTGRES_PASSWORD = "hunter2-${name}";
  };
in
{
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers = {
    forge = {
      image = "docker.io/gitea/gitea:1.22.0";
      environment = {
        USER_UID = "1000";
        GITEA__database__PASSWD = "hunter2-forge";
      };
    };
    tasks = {
      image = "docker.io/vikunja/vikunja:0.24.0";
      environment.DATABASE_URL = "postgres://tasks:hunter2-tasks@db/tasks";
    };
    links = {
      image = "docker.io/example/links:2.5.0";
      extraOptions = [ "-e" "ADMIN_PASSWORD=hunter2-links" ];
    };
    feeds = lib.mkIf true {
      image = "docker.io/example/feeds:2.1.4";
      environment = lib.mkMerge [
        { TZ = "Etc/UTC"; }
        { API_TOKEN = builtins.readFile ./feeds-token; }
      ];
    };
    store = database "store";
  };
}
