{
  networking.firewall.interfaces."ve-nextcloudEqc".allowedTCPPorts = [ 5432 ];
  networking.firewall.trustedInterfaces = [ "lo" "ve-nextcloudEqc" ];
  networking.bridges.br-containers.interfaces = [ ];
  networking.wireguard.interfaces.wg-office = { ips = [ "10.9.0.2/24" ]; privateKeyFile = "/root/wg"; };

  containers.relay = {
    autoStart = true;
    extraVeths.internet = {
      hostBridge = "br0";
    };
    extraVeths.lan = {
      hostBridge = "br0";
      localAddress = "192.168.7.9/24";
      localMacAddress = null;
      forwardPorts = [ ];
    };
    specialArgs.self = ./.;
    config = { pkgs, self, ... }: {
      system.stateVersion = "25.05";
      environment.systemPackages = [ self.packages.relay ];
    };
  };
  networking.bridges.br0.interfaces = [ "eno2" ];
}
