{ name, port }:
{ lib, ... }:
{
  virtualisation.oci-containers.containers.${name} = {
    image = "ghcr.io/example/${name}:1.2.3";
    ports = [ "127.0.0.1:${toString port}:80" ];
    volumes = [ "/etc/${name}:/etc/host:ro" "/etc/localtime:/etc/localtime:ro" ];
  };
}
