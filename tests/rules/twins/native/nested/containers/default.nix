{
  imports = [
    ./bridged.nix
    ./routed.nix
  ];
}
