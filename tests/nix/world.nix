# A small operating system, made of modules as NixOS is, to evaluate generated repositories with: options of its own, some with
# defaults that a repository does not show, containers that are module systems again, and flake inputs that may be
# anything. 'seed' says what is in the parts that a repository does not tell, 'declared' which options it declares below
# 'my'. The outcome is what became of every option.
{
  lib,
  root,
  seed,
  names,
  declared,
}:
let
  remainder = number: divisor: number - divisor * (number / divisor);
  oneOf = list: builtins.elemAt list (remainder seed (builtins.length list));
  bit =
    index: remainder (builtins.foldl' (number: _: number / 2) seed (builtins.genList (i: i) index)) 2 == 1;
  pick =
    index: yes: no:
    if bit index then yes else no;
  everyName = names ++ [ "elsewhere" ];

  leaf = lib.mkOptionType {
    name = "leaf";
    merge = _: definitions: (builtins.head definitions).value;
  };
  option = lib.mkOption { type = leaf; };
  with_default = default: lib.mkOption { type = leaf; inherit default; };

  base =
    { ... }:
    {
      options = {
        sys.flag = with_default (bit 0);
        sys.count = with_default (remainder (seed / 6) 6);
        net.name = option;
        net.port = option;
        svc.on = option;
        svc.level = option;
        tags = lib.mkOption { type = lib.types.listOf lib.types.str; };
        files = lib.mkOption { type = lib.types.attrsOf leaf; };
        containers = lib.mkOption {
          default = { };
          type = lib.types.attrsOf (lib.types.submodule container);
        };
      };
      config._module.args.pkgs.system = pick 2 "x86_64-linux" "aarch64-linux";
    };

  container =
    { options, config, ... }:
    {
      options = {
        autoStart = option;
        address = option;
        config = lib.mkOption { type = system; };
        _report = lib.mkOption { type = lib.types.raw; };
      };
      config._report = {
        "" = true;
        ".autoStart" = reported options.autoStart;
        ".address" = reported options.address;
      }
      // (
        if options.config.isDefined then
          { ".config" = true; } // below ".config." config.config._report
        else
          { }
      );
    };

  system = lib.mkOptionType {
    name = "system";
    merge =
      _: definitions:
      let
        inner = evaluated (map (definition: definition.value) definitions) { };
      in
      inner.config // { _report = reportOf inner; };
  };

  evaluated =
    modules: specialArgs:
    lib.evalModules {
      modules = [ base ] ++ modules;
      inherit specialArgs;
    };

  reported =
    option:
    attempted (
      if option.isDefined then
        {
          inherit (option) highestPrio definitions;
        }
      else
        null
    );

  attempted =
    value:
    let
      result = builtins.tryEval (builtins.deepSeq value value);
    in
    if result.success then result.value else "error";

  below = prefix: report: lib.mapAttrs' (name: value: { name = prefix + name; inherit value; }) report;

  probe = lib.mkOptionType {
    name = "probe";
    merge = _: definitions: { definitions = map (definition: definition.value) definitions; };
  };

  reportOf =
    system:
    let
      inherit (system) options;
      own = options.my or { };
      files = attempted (
        if options.files.isDefined then
          (lib.types.attrsOf probe).merge [ "files" ] options.files.definitionsWithLocations
        else
          { }
      );
      containers = attempted (builtins.mapAttrs (_: value: value._report) system.config.containers);
    in
    {
      "sys.flag" = reported options.sys.flag;
      "sys.count" = reported options.sys.count;
      "net.name" = reported options.net.name;
      "net.port" = reported options.net.port;
      "svc.on" = reported options.svc.on;
      "svc.level" = reported options.svc.level;
      "tags" = reported options.tags;
    }
    // (
      if builtins.isString files then { files = "error"; } else below "files." files
    )
    // (
      if builtins.isString containers then
        { containers = "error"; }
      else
        builtins.foldl' (all: name: all // below "containers.${name}" containers.${name}) { } (builtins.attrNames containers)
    )
    // ownReport "my." own;

  ownReport =
    prefix: options:
    builtins.foldl' (
      all: name:
      all
      // (
        if options.${name}._type or null == "option" then
          { "${prefix}${name}" = reported options.${name}; }
        else
          ownReport "${prefix}${name}." options.${name}
      )
    ) { } (builtins.attrNames options);

  # A module that nobody knows may define anything.
  everything =
    { lib, ... }:
    let
      weakly = lib.mkOverride 1200;
      leaves = {
        sys.flag = weakly (bit 4);
        sys.count = weakly 5;
        net.name = weakly "other";
        net.port = weakly 80;
        svc.on = weakly true;
        svc.level = weakly 7;
        tags = weakly [ "other" ];
        files = lib.genAttrs everyName (_: weakly 1);
      };
      own = {
        enable = weakly (bit 5);
        level = weakly 5;
        title = weakly (builtins.head names);
        names = weakly names;
      };
      boxes = lib.genAttrs names (_: {
        on = weakly true;
      });
    in
    leaves
    // lib.optionalAttrs (declared != [ ]) {
      my = lib.genAttrs declared (name: if name == "boxes" then boxes else own);
    }
    // {
      containers = lib.genAttrs everyName (_: {
        autoStart = weakly true;
        address = weakly "other";
        config = leaves;
      });
    };

  inputs = {
    nixpkgs.lib = lib // {
      nixosSystem = arguments: evaluated arguments.modules (arguments.specialArgs or { });
    };
    other = {
      flag = bit 3;
      count = remainder seed 6;
      name = oneOf everyName;
      names = pick 1 names [ "elsewhere" ];
      nixosModules.extra = pick 2 { } everything;
    };
    self = flake // { inherit inputs; outPath = dirOf root; };
  };
  flake = (import root).outputs inputs;
  systems =
    if baseNameOf root == "flake.nix" then
      flake.nixosConfigurations
    else
      { ${baseNameOf (dirOf root)} = evaluated [ root ] { }; };
in
builtins.mapAttrs (_: reportOf) systems
