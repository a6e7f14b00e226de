{
  networking.firewall.interfaces."ve-nextcloud-database".allowedTCPPorts = [ 5432 ];
  networking.firewall.trustedInterfaces = [ "lo" "ve-nextcloud-database" ];
  networking.bridges.br-for-containers.interfaces = [ ];
  networking.wireguard.interfaces.wg-to-the-office = { ips = [ "10.9.0.2/24" ]; privateKeyFile = "/root/wg"; };

  containers.relay = {
    autoStart = true;
    extraVeths.relay-to-the-internet = {
      hostBridge = "br0";
    };
    extraVeths.lan = {
      hostBridge = "br0";
      localAddress = "192.168.7.9/24";
      localMacAddress = "02:00:00:00:00:01";
      forwardPorts = [ { hostPort = 2525; } ];
    };
    config = { pkgs, self, ... }: {
      system.stateVersion = "25.05";
      environment.systemPackages = [ self.packages.relay ];
    };
  };
  networking.bridges.br0.interfaces = [ "eno2" ];
}
