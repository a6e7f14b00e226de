{ config, lib, ... }:
let
  inside = {
    imports = [ ./systems/common ];
    networking.nameservers = [ "10.70.0.1" ];
    networking.useHostResolvConf = false;
  };
in
{
  imports = [
    (import ./make-container.nix { name = "chat"; port = 5222; })
    ./nat.nix
  ];

  containers.paper.config = import ./systems/paper.nix { port = 28981; };

  containers.resolver = {
    privateNetwork = true;
    hostAddress = "10.70.0.1";
    localAddress = "10.70.0.2";
    config = inside;
  };

  containers.early.config = { ... }: {
    imports = [ ./systems/early.nix ];
  };
}
