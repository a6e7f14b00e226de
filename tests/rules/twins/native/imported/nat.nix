{
  networking.nftables.enable = true;
  networking.nat = {
    enable = true;
    externalInterface = "enp1s0";
    internalInterfaces = [ "ve-*" ];
  };
}
