{ config, lib, ... }:
{
  imports = [ ./networks.nix ];
  system.stateVersion = "25.05";
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers = {
    photos = {
      image = "photos:2.1";
      ports = [
        "127.0.0.1:9999:80"
        "127.0.0.1:8080:80/tcp"
        "127.0.0.1:8000-8010:80-90"
        "[::1]:8081:81"
        "127.0.0.1::82/udp"
      ];
      volumes = [
        "${config.users.users.agent.home}/photos:/photos"
        "cache:/var/cache"
        "/srv/photos:/photos2:ro,Z"
        "/srv/a:/data"
        "/srv/b:/data/b/"
        "srv-c:/c"
      ];
    };
    chat = {
      image = "chat:1.0";
    };
    notes = {
      image = "notes:1.0";
      ports = [ "127.0.0.1:7000:7000/TCP" ];
      extraOptions = [
        "-v" "/srv/notes:/notes:ro"
      ];
    };
    proxy = {
      image = "proxy:1.0";
      extraOptions = [ "--network=host" ];
      login.registry = "registry.example.org";
      login.username = "me";
      login.passwordFile = "/run/keys/registry";
    };
    agent = {
      image = "agent:1.0";
      podman.user = "agent";
    };
  };
  users.users.agent = { isSystemUser = true; group = "agent"; linger = true; };
  users.groups.agent = { };
}
