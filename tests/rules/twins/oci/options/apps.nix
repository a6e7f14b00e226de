{ config, lib, ... }:
let
  cfg = config.stack;
  socket = "/run/dashboard/podman-proxy.sock";
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
        devices = [ "/dev/ttyUSB0:/dev/ttyUSB0" ];
      };
      boot.kernelModules = [ "wireguard" ];
      virtualisation.oci-containers.containers.network-tool = {
        image = "ghcr.io/example/network-tool:1.0.0";
        capabilities.NET_ADMIN = true;
      };
      sops.secrets."registry/robot" = { };
      virtualisation.oci-containers.containers.vault = {
        image = "registry.example.org/vault:1.0.0";
        login = {
          registry = "registry.example.org";
          username = "robot";
          passwordFile = config.sops.secrets."registry/robot".path;
        };
      };
    }
    {
      virtualisation.oci-containers.containers = lib.genAttrs cfg.tools (tool: {
        image = "ghcr.io/example/${tool}:3.3.3";
        extraOptions = [ "--security-opt=no-new-privileges" ];
      });
    }
  ]);
}
