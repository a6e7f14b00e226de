{ pkgs, ... }:
{
  networking.nftables.enable = true;
  systemd.services.make-networks = {
    wantedBy = [ "multi-user.target" ];
    serviceConfig.Type = "oneshot";
    script = "${pkgs.podman}/bin/podman network create --ignore inner";
  };
  networking.firewall.interfaces."podman*".allowedUDPPorts = [ 53 ];
  virtualisation.oci-containers.containers = {
    vpn = {
      image = "gluetun:3";
      ports = [ "127.0.0.1:9091:9091" ];
    };
    torrent = {
      image = "torrent:4";
      dependsOn = [ "vpn" ];
      extraOptions = [ "--network=container:vpn" ];
    };
    indexer = {
      image = "indexer:4";
      dependsOn = [ "vpn" ];
      networks = [ "container:vpn" ];
    };
    web = {
      image = "web:1";
      networks = [ "inner" ];
    };
    db = {
      image = "db:1";
      networks = [ "inner" ];
    };
  };
}
