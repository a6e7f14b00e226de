{ ... }:
{
  imports = [
    ./apps.nix
    (import ./app.nix { name = "gallery"; port = 9443; })
  ];
  stack.enable = true;
  stack.tools = [ "agent" ];
}
