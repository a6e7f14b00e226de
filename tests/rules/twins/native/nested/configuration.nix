{ ... }:
{
  imports = [ ./containers ];

  networking.useDHCP = false;
  networking.interfaces.enp1s0.ipv4.addresses = [
    {
      address = "192.168.20.5";
      prefixLength = 24;
    }
  ];
  networking.bridges.br-lan.interfaces = [ ];
  networking.interfaces.br-lan.ipv4.addresses = [
    {
      address = "192.168.30.1";
      prefixLength = 24;
    }
  ];
  networking.nat = {
    enable = true;
    externalInterface = "enp1s0";
    internalInterfaces = [ "ve-+" ];
  };
  services.openssh.enable = true;
  system.stateVersion = "24.11";
}
