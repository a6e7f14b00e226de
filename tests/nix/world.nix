# A small operating system, made of modules as NixOS is, to evaluate generated repositories with: options of its own, some with
# defaults that a repository does not show, containers that are module systems again, and flake inputs that may be
# anything. 'seed' says what the parts are that a repository does not tell; 'report' is what became of every option.
{
  lib,
  root,
  seed,
  names,
}:
let
  bit =
    index:
    let
      shifted = builtins.foldl' (number: _: number / 2) seed (builtins.genList (i: i) index);
    in
    shifted - 2 * (shifted / 2) == 1;
  pick =
    index: yes: no:
    if bit index then yes else no;

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
        sys.count = with_default (pick 1 3 4);
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

  inputs = {
    nixpkgs.lib = lib // {
      nixosSystem = arguments: evaluated arguments.modules (arguments.specialArgs or { });
    };
    other = {
      flag = bit 3;
      count = pick 4 1 2;
      name = pick 5 (builtins.head names) "elsewhere";
      names = pick 1 names [ "elsewhere" ];
      attrs = pick 0 { name = "other"; } { port = 80; };
      nixosModules.extra =
        { lib, ... }:
        pick 2 { } {
          net.port = lib.mkForce 4;
          svc.level = 7;
          files.elsewhere = 1;
          containers.${builtins.head names}.autoStart = true;
        };
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
