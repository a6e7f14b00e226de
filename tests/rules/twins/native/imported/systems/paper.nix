{ port }:
{ pkgs, ... }:
{
  imports = [ ./common ];

  services.paperless = {
    enable = true;
    inherit port;
  };
}
