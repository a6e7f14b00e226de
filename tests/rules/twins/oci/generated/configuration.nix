{ lib, ... }:
let
  ports = {
    one = 7001;
    two = 7002;
  };
  disk = name: {
    image = "docker.io/example/${name}:1.1.1";
    devices = [ "/dev/nvme0n1:/dev/nvme0n1:r" ];
  };
in
{
  virtualisation.oci-containers.backend = "docker";
  virtualisation.oci-containers.containers =
    lib.mapAttrs (name: port: {
      image = "docker.io/example/echo:1.1.1";
      ports = [ "127.0.0.1:${toString port}:80" ];
    }) ports
    // builtins.listToAttrs (map (name: lib.nameValuePair name (disk name)) [ "scrub" ])
    // {
      ring-a = {
        image = "docker.io/example/ring:1.1.1";
        dependsOn = [ "ring-b" ];
      };
      ring-b = {
        image = "docker.io/example/ring:1.1.1";
        dependsOn = [ "ring-c" ];
      };
      ring-c = {
        image = "docker.io/example/ring:1.1.1";
      };
    };
}
