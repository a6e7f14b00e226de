{ lib, python3Packages }:

python3Packages.buildPythonApplication {
  pname = "nixlint";
  # Written in one place only.
  version = builtins.head (
    builtins.match ".*\n__version__ = \"([^\"]+)\"\n.*" (builtins.readFile ./nixlint/__init__.py)
  );
  pyproject = true;

  src = lib.fileset.toSource {
    root = ./.;
    fileset = lib.fileset.unions [
      ./LICENSE
      ./README.md
      ./nixlint
      ./pyproject.toml
      ./rules
    ];
  };

  build-system = [ python3Packages.setuptools ];

  dependencies = [
    python3Packages.click
    python3Packages.libcst
    python3Packages.platformdirs
    python3Packages.rich
    python3Packages.pyyaml
    python3Packages.tree-sitter
    python3Packages.tree-sitter-grammars.tree-sitter-nix
  ];

  # Nixpkgs versions a grammar by the date of its commit, which says nothing about the releases that are asked for.
  pythonRelaxDeps = [ "tree-sitter-nix" ];

  # The test suite runs in continuous integration, for it wants the package index; here it is seen that everything loads.
  pythonImportsCheck = [
    "nixlint.cli.main"
    "nixlint_rules"
  ];

  meta = {
    description = "Checks, fixes and converts NixOS container configuration";
    license = lib.licenses.mit;
    mainProgram = "nixlint";
  };
}
