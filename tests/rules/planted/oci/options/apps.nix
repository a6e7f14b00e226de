{ config, lib, ... }:
let
  cfg = config.stack;
  socket = "/run/podman/podman.sock";
in
{
  options.stack = {
    enable = lib.mkEnableOption "the stack";
    tools = lib.mkOption {
      type = lib.types.listOf lib.types.str;
      default = [ ];
    };
  };

  config = lib.mkIf cfg.enable (lib.mkMerge [
    {
      virtualisation.oci-containers.backend = "podman";
      virtualisation.oci-containers.containers.dashboard = {
        image = "ghcr.io/example/dashboard:2.1.0";
        volumes = [ "${socket}:/var/run/docker.sock:ro" ];
      };
    }
    {
      virtualisation.oci-containers.containers.radio = {
        image = "ghcr.io/example/radio:1.0.0";
        privileged = true;
        devices = [ "/dev/ttyUSB0:/dev/ttyUSB0" ];
      };
      virtualisation.oci-containers.containers.network-tool = {
        image = "ghcr.io/example/network-tool:1.0.0";
        capabilities.SYS_MODULE = true;
      };
      virtualisation.oci-containers.containers.vault = {
        image = "registry.example.org/vault:1.0.0";
        login = {
          registry = "registry.example.org";
          username = "robot";
          passwordFile = toString (builtins.toFile "login" "hunter2hunter2");
        };
      };
    }
    {
      virtualisation.oci-containers.containers = lib.genAttrs cfg.tools (tool: {
        image = "ghcr.io/example/${tool}:3.3.3";
        extraOptions = [ "--security-opt=seccomp=unconfined" ];
      });
    }
  ]);
}
