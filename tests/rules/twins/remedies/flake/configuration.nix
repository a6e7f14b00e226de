{ config, lib, pkgs, gateway, ... }:
let
  mk = { address, ports ? [ ], module ? { } }: {
    autoStart = true;
    privateNetwork = true;
    hostAddress = gateway;
    localAddress = address;
    ephemeral = false;
    config = { lib, ... }: {
      imports = [ module ./modules/inside.nix ];
      networking.firewall.allowedTCPPorts = ports;
    };
  };
in
{
  imports = [ ./modules/oci.nix ./modules/secrets.nix ];
  system.stateVersion = "25.05";
  networking.nftables.enable = true;
  networking.nat = {
    enable = true;
    internalInterfaces = [ "ve-*" ];
    externalInterface = "enp3s0";
  };
  networking.firewall.trustedInterfaces = [ "ve-*" ];

  containers = {
    web = mk {
      address = "10.9.0.2";
      ports = [ 80 443 ];
      module = { services.caddy.enable = true; };
    };
    data = mk { address = "10.9.0.3"; } // {
      bindMounts."/var/lib/postgresql" = { hostPath = "/tank/postgresql"; isReadOnly = false; };
      bindMounts."/etc/resolv.conf".hostPath = "/etc/resolv.conf";
    };
    dns = lib.mkMerge [
      (mk {
        address = "10.9.0.4";
        ports = [ 53 ];
      })
      {
        forwardPorts = [
          { protocol = "udp"; hostPort = 53; }
          { protocol = "tcp"; hostPort = 53; }
        ];
        config = {
          services.unbound.enable = true;
          services.resolved.extraConfig = "DNSStubListener=no";
          networking.firewall.allowedUDPPorts = [ 53 ];
        };
      }
    ];
    shared = {
      autoStart = true;
      config = { pkgs, ... }: {
        imports = [ ./modules/inside-shared.nix ];
        services.nginx = { enable = true; virtualHosts."a.example".listen = [ { addr = "0.0.0.0"; port = 8088; } ]; };
        networking.firewall.enable = false;
      };
    };
    scratch = {
      ephemeral = true;
      config = { system.stateVersion = config.system.nixos.release; };
    };
    vlan = {
      macvlans = [ "enp3s0" ];
      config = { lib, ... }: {
        networking.useHostResolvConf = lib.mkForce false;
        networking.interfaces.mv-enp3s0.ipv4.addresses = [ { address = "192.168.1.40"; prefixLength = 24; } ];
        networking.defaultGateway = "192.168.1.1";
        networking.nameservers = [ "192.168.1.1" ];
        system.stateVersion = "25.05";
      };
    };
    lan = {
      privateNetwork = true;
      hostBridge = "br0";
      config = { lib, ... }: {
        networking.interfaces.eth0.useDHCP = true;
        networking.useHostResolvConf = lib.mkOverride 50 false;
        services.resolved.enable = true;
        system.stateVersion = "25.05";
      };
    };
  };
  networking.firewall.allowedTCPPorts = [ 8088 ];
  systemd.network.netdevs."10-br0".netdevConfig = { Kind = "bridge"; Name = "br0"; };
  systemd.network.networks."10-br0" = { matchConfig.Name = "br0"; address = [ "192.168.1.2/24" ]; };
}
