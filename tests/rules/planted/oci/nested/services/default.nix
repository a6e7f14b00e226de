{ lib, ... }:
{
  imports = lib.mapAttrsToList (file: _: ./. + "/${file}") (
    lib.filterAttrs (file: _: file != "default.nix") (builtins.readDir ./.)
  );
}
