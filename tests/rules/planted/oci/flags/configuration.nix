{ config, lib, pkgs, ... }:
{
  virtualisation.oci-containers.backend = "docker";

  virtualisation.oci-containers.containers.watch = {
    image = "ghcr.io/example/watch:1.4.2";
    extraOptions = [ "-v" "/var/run/docker.sock:/var/run/docker.sock" ];
  };

  virtualisation.oci-containers.containers.sensors = {
    image = "ghcr.io/example/sensors:2.0.1";
    extraOptions = [ "--privileged" ];
  };

  virtualisation.oci-containers.containers.top = {
    image = "ghcr.io/example/top:0.9.0";
    extraOptions = [ "--pid" "host" ];
  };

  virtualisation.oci-containers.containers.shm = {
    image = "ghcr.io/example/shm:0.9.0";
    extraOptions = [ "--ipc=host" ];
  };

  virtualisation.oci-containers.containers.mounter = {
    image = "ghcr.io/example/mounter:3.1.0";
    extraOptions = [ "--cap-add" "SYS_ADMIN" ];
  };

  virtualisation.oci-containers.containers.everything = {
    image = "ghcr.io/example/everything:3.1.0";
    extraOptions = lib.concatLists [
      [ "--cap-add=ALL" ]
      [ "--init" ]
    ];
  };

  virtualisation.oci-containers.containers.tracer = {
    image = "ghcr.io/example/tracer:7.2.0";
    extraOptions = [ "--security-opt" "seccomp=unconfined" ];
  };

  virtualisation.oci-containers.containers.smart = {
    image = "ghcr.io/example/smart:7.2.0";
    extraOptions = [ "--device=/dev/sda" ];
  };

  virtualisation.oci-containers.containers.cleaner = {
    image = "ghcr.io/example/cleaner:1.0.3";
    extraOptions = [ "--mount" "type=bind,source=/root,target=/work" ];
  };
}
