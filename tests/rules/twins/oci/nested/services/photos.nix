{ ... }:
{
  virtualisation.oci-containers.containers = {
    photos = {
      image = "docker.io/example/photos:1.90.0";
      dependsOn = [ "photos-learning" ];
    };
    photos-learning = {
      image = "docker.io/example/photos-learning:1.90.0";
    };
  };
}
