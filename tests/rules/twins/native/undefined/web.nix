{ pkgs, lib, ... }@args:
let
  root = "/srv/www";
  adress = "10.0.0.1";
in
{
  services.nginx.enable = true;
  services.nginx.virtualHosts."example.org" = {
    inherit root;
    extraConfig = with lib; concatStrings [ anything "x" ];
    locations."/".proxyPass = "http://${adress}:80";
  };
  environment.etc.x.text = let y = x; x = "1"; in y;
  environment.etc.z.text = (port: toString port) 3;
  environment.etc.w.text = builtins.toJSON (removeAttrs args [ "pkgs" ]) + toString __currentTime;
}
