{ config, lib, ... }:
{
  imports = [ ./networks.nix ];
  system.stateVersion = "25.05";
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers = {
    photos = {
      image = "photos:2.1";
      ports = [
        "127.0.0.1:99999:80"
        "127.0.0.1:8080:http"
        "127.0.0.1:8000-8010:80-85"
        "localhost:8081:81"
        "container:82"
      ];
      volumes = [
        "$HOME/photos:/photos"
        "cache=/var/cache"
        "/srv/photos:photos"
        "/srv/a:/data"
        "/srv/b:/data/"
        "srv/c:/c"
      ];
    };
    "team/chat" = {
      image = "chat:1.0";
    };
    notes = {
      image = "notes:1.0";
      ports = [ "127.0.0.1:7000:7000/http" ];
      extraOptions = [
        "--restart=unless-stopped"
        "-v" "/srv/notes:/notes:readonly"
      ];
    };
    proxy = {
      image = "proxy:1.0";
      extraOptions = [ "--network=host" ];
      ports = [ "443:443" ];
      login.username = "me";
      login.passwordFile = "/run/keys/registry";
    };
    agent = {
      image = "agent:1.0";
      podman.user = "agnet";
    };
  };
  users.users.agent = { isSystemUser = true; group = "agent"; linger = true; };
  users.groups.agent = { };
}
