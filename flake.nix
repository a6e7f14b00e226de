{
  description = "Checks, fixes and converts NixOS container configuration";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;

      systems = [
        "aarch64-darwin"
        "aarch64-linux"
        "x86_64-linux"
      ];

      # What a function makes of the packages and of nixlint itself, for each system.
      forEachSystem =
        function:
        lib.genAttrs systems (
          system:
          function {
            pkgs = nixpkgs.legacyPackages.${system};
            inherit (self.packages.${system}) nixlint;
          }
        );
    in
    {
      packages = forEachSystem (
        { pkgs, nixlint }:
        {
          nixlint = pkgs.callPackage ./package.nix { };
          default = nixlint;
        }
      );

      apps = forEachSystem (
        { nixlint, ... }:
        {
          default = {
            type = "app";
            program = lib.getExe nixlint;
            meta.description = nixlint.meta.description;
          };
        }
      );

      checks = forEachSystem ({ nixlint, ... }: { inherit nixlint; });

      devShells = forEachSystem (
        { pkgs, nixlint }:
        {
          default = pkgs.mkShell {
            inputsFrom = [ nixlint ];
            packages = [
              pkgs.git
              pkgs.gnumake
              pkgs.nix
              pkgs.ruff
              pkgs.python3Packages.hypothesis
              pkgs.python3Packages.import-linter
              pkgs.python3Packages.jsonschema
              pkgs.python3Packages.mypy
              pkgs.python3Packages.pytest
              pkgs.python3Packages.pytest-xdist
            ];
          };
        }
      );

      formatter = forEachSystem ({ pkgs, ... }: pkgs.nixfmt-tree);
    };
}
