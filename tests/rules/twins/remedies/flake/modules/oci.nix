{ config, lib, pkgs, ... }:
let
  names = { a = 8101; b = 8102; };
  localhost = port: "127.0.0.1:${toString port}:80";
in
{
  virtualisation.podman.enable = true;
  virtualisation.podman.defaultNetwork.settings.dns_enabled = true;
  virtualisation.oci-containers.backend = "podman";
  virtualisation.oci-containers.containers = lib.mapAttrs (name: port: {
    image = "docker.io/example/${name}:2.0@sha256:0000000000000000000000000000000000000000000000000000000000000000";
    ports = [ (localhost port) "[::1]:${toString port}:80" ];
    environmentFiles = [ config.sops.secrets."${name}-env".path ];
    volumes = [ "${name}-data:/data" "/etc/localtime:/etc/localtime:ro" "/var/lib/${name}:/var/lib/app" ];
    extraOptions = [ "--cap-drop=ALL" "--security-opt=no-new-privileges" "--read-only" "--tmpfs=/tmp" ];
  }) names // {
    agent = {
      image = "docker.io/portainer/agent:2.21.0";
      user = "1000:1000";
      volumes = [ "/run/user/1000/podman/podman.sock:/var/run/docker.sock" ];
    };
    exporter = {
      image = "quay.io/prometheus/node-exporter:v1.8.0";
      volumes = [ "/proc:/host/proc:ro" "/sys:/host/sys:ro" ];
      networks = [ "host" ];
    };
    zigbee = {
      image = "docker.io/koenkk/zigbee2mqtt:1.40.0";
      devices = [ "/dev/serial/by-id/usb-x:/dev/ttyACM0" ];
      dependsOn = [ "broker" ];
    };
    broker = {
      image = "docker.io/eclipse-mosquitto:2.0.18";
      ports = [ "1883:1883" ];
    };
    built = {
      image = "built:latest";
      imageStream = pkgs.dockerTools.streamLayeredImage { name = "built"; tag = "latest"; };
    };
  };
  networking.firewall.interfaces.enp3s0.allowedTCPPorts = [ 1883 ];
}
