{ ... }:
{
  imports = [ ./services ];
  services.nginx.enable = true;
  services.nginx.virtualHosts."example.org".root = "/var/www";
}
