{ config, ... }:
let
  dataDir = "/srv/media";
in
{
  networking.firewall.allowedTCPPorts = [ 8080 ];

  virtualisation.oci-containers = {
    backend = "podman";
    containers = {
      films = {
        image = "docker.io/example/films:10.8.13";
        ports = [ "127.0.0.1:8096:8096" ];
        volumes = [ "${dataDir}/films:/films:ro" ];
      };
      series = {
        image = "docker.io/example/series:4.0.2";
        ports = [ "127.0.0.1:8989:8989" ];
        volumes = [ "${dataDir}/series:/series" ];
      };
      backup = {
        image = "docker.io/example/backup:2.3.1";
        volumes = [ "${dataDir}:/host/media:ro" "/var/lib/photos:/host/photos:ro" ];
      };
      portal = {
        image = "docker.io/example/portal:5.5.5";
        ports = [ "8080:8080" ];
      };
      subtitles = {
        image = "docker.io/example/subtitles:1.2.0";
        volumes = [ "${dataDir}/subtitles:/data" "${./subtitles.conf}:/etc/subtitles.conf:ro" ];
        dependsOn = [ "series" ];
      };
    };
  };
}
