{ lib, ... }:
{
  imports = lib.mapAttrsToList (file: _: ./. + "/${file}") (
    lib.filterAttrs (file: _: lib.hasSuffix ".nix" file && file != "default.nix") (builtins.readDir ./.)
  );
}
