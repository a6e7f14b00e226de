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
  networking.firewall.interfaces."ve-+".allowedUDPPorts = [ 53 ];

  containers = lib.mkMerge [
    (lib.mapAttrs (name: site: {
      autoStart = true;
      config = {
        services.nginx.enable = true;
        services.nginx.defaultHTTPListenPort = site.port;
        system.stateVersion = "25.05";
      };
    }) sites)

    (lib.listToAttrs (lib.imap0 (number: name: lib.nameValuePair name {
      privateNetwork = true;
      hostAddress = "10.60.0.1";
      localAddress = "10.60.0.${toString (number + 2)}";
      config = inside;
    }) workers))

    (builtins.listToAttrs (map (name: {
      inherit name;
      value = {
        privateNetwork = true;
        hostAddress = "10.61.0.1";
        localAddress = "10.61.0.${if name == "inbox" then "2" else "3"}";
        config = {
          imports = [ inside ];
          networking.nameservers = [ "10.61.0.1" ];
        };
      };
    }) [ "inbox" "outbox" ]))

    (lib.mapAttrs' (name: port: lib.nameValuePair "site-${name}" {
      config.system.stateVersion = "25.05";
    }) { green = 8003; })

    (lib.foldl' (all: name: all // {
      ${name}.config = {
        services.mysql.enable = true;
        system.stateVersion = "25.05";
      };
    }) { } [ "shard" ])
  ];
}
