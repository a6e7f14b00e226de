# As much of nixpkgs as package.nix and flake.nix use, for one system. A derivation is the set that it is made from; a
# name that is not here fails, as a misspelt one would.
system:
let
  lib = {
    genAttrs =
      names: function:
      builtins.listToAttrs (
        map (name: {
          inherit name;
          value = function name;
        }) names
      );
    getExe = package: "/nix/store/${package.pname}/bin/${package.meta.mainProgram}";
    licenses.mit.spdxId = "MIT";
    fileset = {
      unions = map toString;
      toSource = { root, fileset }: fileset;
    };
  };

  named =
    names:
    builtins.listToAttrs (
      map (name: {
        inherit name;
        value = name;
      }) names
    );

  python3Packages =
    named [
      "click"
      "hypothesis"
      "import-linter"
      "jsonschema"
      "libcst"
      "mypy"
      "platformdirs"
      "pytest"
      "pytest-xdist"
      "rich"
      "pyyaml"
      "setuptools"
      "tree-sitter"
    ]
    // {
      tree-sitter-grammars = named [ "tree-sitter-nix" ];
      buildPythonApplication = attributes: attributes // { inherit system; };
    };

  pkgs =
    named [
      "git"
      "gnumake"
      "nix"
      "nixfmt-tree"
      "ruff"
    ]
    // {
      inherit lib python3Packages;
      callPackage =
        file: given:
        let
          function = import file;
        in
        function (builtins.intersectAttrs (builtins.functionArgs function) pkgs // given);
      mkShell = attributes: attributes;
    };
in
pkgs
