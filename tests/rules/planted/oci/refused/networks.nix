{ pkgs, ... }:
{
  networking.nftables.enable = true;
  systemd.services.make-networks = {
    wantedBy = [ "multi-user.target" ];
    serviceConfig.Type = "oneshot";
    script = "${pkgs.podman}/bin/podman network create --ignore inner";
  };
  virtualisation.oci-containers.containers = {
    vpn.image = "gluetun:3";
    torrent = {
      image = "torrent:4";
      extraOptions = [ "--network=container:vpn" ];
      ports = [ "127.0.0.1:9091:9091" ];
    };
    indexer = {
      image = "indexer:4";
      networks = [ "container:vpn-gateway" ];
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
