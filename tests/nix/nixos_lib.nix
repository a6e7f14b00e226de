# What generated repositories get as nixpkgs' lib: the functions of lib.nix with the module system of evaluator.nix.
let
  lib =
    import ./lib.nix
    // {
      min = left: right: if left < right then left else right;
      last = list: builtins.elemAt list (builtins.length list - 1);
      reverseList =
        list:
        builtins.genList (
          index: builtins.elemAt list (builtins.length list - 1 - index)
        ) (builtins.length list);
    }
    // import ./evaluator.nix lib;
in
lib
