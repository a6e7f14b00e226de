{ config, lib, pkgs, ... }:
{
  virtualisation.oci-containers.backend = "docker";

  systemd.services.docker-network-socket = {
    before = [ "docker-watch.service" ];
    requiredBy = [ "docker-watch.service" ];
    after = [ "docker.service" ];
    serviceConfig = {
      Type = "oneshot";
      RemainAfterExit = true;
    };
    script = "${pkgs.docker}/bin/docker network inspect socket || ${pkgs.docker}/bin/docker network create socket";
  };

  virtualisation.oci-containers.containers.watch = {
    image = "ghcr.io/example/watch:1.4.2";
    extraOptions = [ "-e" "DOCKER_HOST=tcp://socket-proxy:2375" "--network=socket" ];
  };


  virtualisation.oci-containers.containers.sensors = {
    image = "ghcr.io/example/sensors:2.0.1";
    extraOptions = [ "--device=/dev/i2c-1" ];
  };

  virtualisation.oci-containers.containers.top = {
    image = "ghcr.io/example/top:0.9.0";
    extraOptions = [ "--pid" "container:watch" ];
  };

  virtualisation.oci-containers.containers.shm = {
    image = "ghcr.io/example/shm:0.9.0";
    extraOptions = [ "--shm-size=512m" ];
  };

  virtualisation.oci-containers.containers.mounter = {
    image = "ghcr.io/example/mounter:3.1.0";
    extraOptions = [ "--mount" "type=bind,source=/mnt/archive,target=/archive,bind-propagation=rslave" ];
  };

  virtualisation.oci-containers.containers.everything = {
    image = "ghcr.io/example/everything:3.1.0";
    extraOptions = lib.concatLists [
      [ "--cap-drop=ALL" "--cap-add=NET_BIND_SERVICE" ]
      [ "--init" ]
    ];
  };

  virtualisation.oci-containers.containers.tracer = {
    image = "ghcr.io/example/tracer:7.2.0";
    extraOptions = [ "--security-opt" "seccomp=/etc/docker/tracer.json" "--security-opt=no-new-privileges" ];
  };

  virtualisation.oci-containers.containers.smart = {
    image = "ghcr.io/example/smart:7.2.0";
    extraOptions = [ "--device=/dev/sda:/dev/sda:r" ];
  };

  virtualisation.oci-containers.containers.cleaner = {
    image = "ghcr.io/example/cleaner:1.0.3";
    extraOptions = [ "--mount" "type=bind,source=/root/.cache/cleaner,target=/work" ];
  };
}
