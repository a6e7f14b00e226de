{ lib, ... }:
let
  sites = {
    red.port = 8001;
    blue.port = 8002;
  };
  workers = [ "alpha" "beta" ];
  inside = { lib, ... }: {
    networking.useHostResolvConf = lib.mkForce false;
    system.stateVersion = "25.05";
  };
in
{
  containers = lib.mkMerge [
    (lib.mapAttrs (name: site: {
      autoStart = true;
      config = {
        services.nginx.enable = true;
        services.nginx.defaultHTTPListenPort = site.port;
      };
    }) sites)

    (lib.genAttrs workers (name: {
      privateNetwork = true;
      hostAddress = "10.60.0.1";
      localAddress = "10.60.0.2";
      config = inside;
    }))

    (builtins.listToAttrs (map (name: {
      inherit name;
      value = {
        privateNetwork = true;
        hostAddress = "10.61.0.1";
        localAddress = "10.61.0.${if name == "inbox" then "2" else "3"}";
        config = {
          networking.nameservers = [ "1.1.1.1" ];
          system.stateVersion = "25.05";
        };
      };
    }) [ "inbox" "outbox" ]))

    (lib.mapAttrs' (name: port: lib.nameValuePair "site_${name}" {
      config.system.stateVersion = "25.05";
    }) { green = 8003; })

    (lib.foldl' (all: name: all // {
      ${name}.config = { services.mysql.enable = true; };
    }) { } [ "shard" ])
  ];
}
