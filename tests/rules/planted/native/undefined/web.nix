{ pkgs, lib, ... }:
{
  services.nginx.enable = true;
  services.nginx.virtualHosts."example.org" = {
    inherit root;
    extraConfig = with lib; concatStrings [ anything "x" ];
    locations."/".proxyPass = "http://${adress}:80";
  };
  environment.etc.x.text = let y = x; x = "1"; in y;
  environment.etc.z.text = (port: toString prot) 3;
}
