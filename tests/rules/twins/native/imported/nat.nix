{
  networking.nftables.enable = true;
  networking.firewall.interfaces."ve-*".allowedUDPPorts = [ 53 ];
  networking.nat = {
    enable = true;
    externalInterface = "enp1s0";
    internalInterfaces = [ "ve-*" ];
  };
}
