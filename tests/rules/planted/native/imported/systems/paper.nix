{ port }:
{ pkgs, ... }:
{
  services.paperless = {
    enable = true;
    inherit port;
  };
}
