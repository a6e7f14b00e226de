{ config, pkgs, ... }:
{
  imports = [ ./secrets.nix ./database.nix ./backup.nix ./names.nix ];

  networking.hostName = "attic";
  networking.nat = {
    enable = true;
    internalInterfaces = [ "ve-+" ];
    externalInterface = "eno1";
  };
  services.unbound = {
    enable = true;
    settings.server.interface = [ "127.0.0.1" "10.40.0.1" ];
  };
  system.stateVersion = "25.05";

  containers.wiki = {
    autoStart = true;
    privateNetwork = true;
    hostAddress = "10.40.0.1";
    localAddress = "10.40.0.2";
    bindMounts = {
      "/var/lib/gitea".hostPath = "/srv/gitea";
      "/var/lib/grafana" = {
        hostPath = "/srv/grafana";
        isReadOnly = true;
      };
    };
    config = { ... }: {
      system.stateVersion = "25.05";
      networking.useHostResolvConf = false;
      networking.nameservers = [ "10.40.0.1" ];
      networking.firewall.allowedTCPPorts = [ 3000 ];
      services.gitea.enable = true;
      services.grafana.enable = true;
    };
  };

  containers.media = {
    privateNetwork = true;
    hostAddress = "10.40.1.1/24";
    localAddress = "10.40.1.2";
    extraFlags = [ "--bind-ro=/srv/jellyfin:/var/lib/jellyfin" ];
    config = { ... }: {
      system.stateVersion = "25.05";
      networking.useHostResolvConf = false;
      networking.nameservers = [ "9.9.9.9" ];
      services.jellyfin.enable = true;
      services.jellyfin.openFirewall = true;
    };
  };

  containers.books = {
    privateNetwork = true;
    hostAddress = "10.40.2.256";
    localAddress = "10.40.2.2";
    bindMounts."/srv/my books" = { };
    bindMounts."srv/shelf".hostPath = "/srv/shelf";
    config = { ... }: {
      system.stateVersion = "25.05";
      networking.useHostResolvConf = false;
      networking.nameservers = [ "9.9.9.9" ];
    };
  };

  containers.cloud = {
    privateNetwork = true;
    privateUsers = "pick";
    hostAddress6 = "fd00:40::1/64";
    localAddress6 = "fd00:40::2:g";
    bindMounts."/data" = {
      hostPath = "/srv/cloud";
      isReadOnly = false;
    };
    config = { inputs, ... }: {
      imports = [ inputs.self.nixosModules.cloud ];
      system.stateVersion = "25.05";
      networking.useHostResolvConf = false;
      networking.nameservers = [ "2620:fe::fe" ];
    };
  };
}
