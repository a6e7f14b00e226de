# The options that converted modules may set, with the types that NixOS gives them and the release that brought them. A type
# is a function from a path and the definitions that reach it to a value; it throws what NixOS would refuse.
{ lib, release }:
let
  fail = path: what: throw "${builtins.concatStringsSep "." path}: ${what}";

  # The definitions that win: mkIf, mkMerge and mkOrder are dealt with, and of several priorities the strongest counts.
  winning =
    definitions:
    let
      all = builtins.concatMap flat definitions;
      strongest = builtins.foldl' (least: each: if each.priority < least then each.priority else least) 9999 all;
    in
    map (each: each.value) (
      builtins.sort (a: b: a.order < b.order) (builtins.filter (each: each.priority == strongest) all)
    );

  flat =
    {
      priority,
      order ? 1000,
      value,
    }:
    let
      kind = if builtins.isAttrs value then value._type or "" else "";
      again = changes: flat ({ inherit priority order value; } // changes);
    in
    if kind == "if" then
      if value.condition then again { value = value.content; } else [ ]
    else if kind == "merge" then
      builtins.concatMap (value: again { inherit value; }) value.contents
    else if kind == "override" then
      again {
        priority = value.priority;
        value = value.content;
      }
    else if kind == "order" then
      again {
        order = value.priority;
        value = value.content;
      }
    else
      [ { inherit priority order value; } ];

  one =
    name: accepts: path: definitions:
    let
      values = winning definitions;
      first = builtins.head values;
    in
    if !(builtins.all accepts values) then
      fail path "not ${name}"
    else if !(builtins.all (value: value == first) values) then
      fail path "defined several times, with different values"
    else
      first;

  names = sets: builtins.attrNames (builtins.foldl' (all: set: all // set) { } sets);

  # A set whose members keep the priority of the definition that they come from.
  sets =
    path: definitions:
    map (
      definition:
      if builtins.isAttrs definition.value then definition else fail path "not an attribute set"
    ) (builtins.concatMap flat definitions);

  below =
    name: definitions:
    map (definition: definition // { value = definition.value.${name}; }) (
      builtins.filter (definition: definition.value ? ${name}) definitions
    );
in
rec {
  inherit fail;
  str = one "a string" builtins.isString;
  int = one "an integer" builtins.isInt;
  bool = one "a boolean" builtins.isBool;
  absolute = one "an absolute path" (
    value: builtins.isString value && builtins.substring 0 1 value == "/"
  );
  file = path: definitions: toString (one "a path" builtins.isPath path definitions);
  package = one "a package" builtins.isString;
  enum = choices: one "one of ${toString choices}" (value: builtins.elem value choices);
  nullOr =
    type: path: definitions:
    if builtins.all isNull (winning definitions) then null else type path definitions;

  lines =
    path: definitions:
    let
      values = winning definitions;
    in
    if builtins.all builtins.isString values then
      builtins.concatStringsSep "\n" values
    else
      fail path "not text";

  listOf =
    type: path: definitions:
    let
      values = winning definitions;
      element =
        value:
        type path [
          {
            priority = 100;
            inherit value;
          }
        ];
    in
    if builtins.all builtins.isList values then
      map element (builtins.concatLists values)
    else
      fail path "not a list";

  attrsOf =
    type: path: definitions:
    let
      found = sets path definitions;
    in
    builtins.listToAttrs (
      map (name: lib.nameValuePair name (type (path ++ [ name ]) (below name found))) (
        names (map (definition: definition.value) found)
      )
    );

  submodule =
    options: path: definitions:
    let
      found = sets path definitions;
      unknown = builtins.filter (name: !(options ? ${name})) (
        names (map (definition: definition.value) found)
      );
    in
    if unknown != [ ] then
      fail path "there is no option ${builtins.head unknown}"
    else
      builtins.listToAttrs (
        map (name: lib.nameValuePair name (options.${name} (path ++ [ name ]) (below name found))) (
          builtins.filter (name: below name found != [ ]) (builtins.attrNames options)
        )
      );

  since =
    first: type: path: definitions:
    if release == "unstable" || builtins.compareVersions release first >= 0 then
      type path definitions
    else
      fail path "NixOS ${release} does not have it yet, but ${first}";

  # systemd's settings: a list is written as several lines, of which one definition wins or all are joined. Lists and single
  # values don't go together (unitOption in nixos/lib/systemd-unit-options.nix).
  setting =
    path: definitions:
    let
      values = winning definitions;
    in
    if values != [ ] && builtins.all builtins.isList values then
      builtins.concatLists values
    else if builtins.any builtins.isList values then
      fail path "lists and single values"
    else
      one "a string, a number or a boolean" (
        value: builtins.isString value || builtins.isInt value || builtins.isBool value
      ) path definitions;
  settings = attrsOf setting;

  container = submodule {
    image = str;
    imageFile = nullOr package;
    imageStream = since "24.11" (nullOr package);
    serviceName = since "25.05" str;
    cmd = listOf str;
    labels = attrsOf str;
    entrypoint = nullOr str;
    environment = attrsOf str;
    environmentFiles = listOf absolute;
    log-driver = str;
    ports = listOf str;
    user = nullOr str;
    volumes = listOf str;
    workdir = nullOr str;
    dependsOn = listOf str;
    hostname = nullOr str;
    preRunExtraOptions = since "24.11" (listOf str);
    extraOptions = listOf str;
    autoStart = bool;
    podman = since "25.05" (submodule {
      user = str;
      sdnotify = enum [
        "conmon"
        "healthy"
        "container"
      ];
    });
    pull = since "25.05" (enum [
      "always"
      "missing"
      "never"
      "newer"
    ]);
    capabilities = since "25.05" (attrsOf (nullOr bool));
    devices = since "25.05" (listOf str);
    privileged = since "25.05" bool;
    networks = since "25.05" (listOf str);
    autoRemoveOnStop = since "25.05" bool;
  };

  unit = {
    description = str;
    after = listOf str;
    before = listOf str;
    requires = listOf str;
    wants = listOf str;
    bindsTo = listOf str;
    partOf = listOf str;
    wantedBy = listOf str;
    requiredBy = listOf str;
    upheldBy = since "24.05" (listOf str);
    unitConfig = settings;
    startLimitBurst = int;
    startLimitIntervalSec = int;
  };

  service = submodule (
    unit
    // {
      serviceConfig = settings;
      environment = attrsOf str;
      path = listOf package;
      script = lines;
      preStart = lines;
      postStart = lines;
      preStop = lines;
      postStop = lines;
    }
  );

  system = submodule {
    virtualisation = submodule {
      oci-containers = submodule {
        backend = enum [
          "podman"
          "docker"
        ];
        containers = attrsOf container;
      };
    };
    systemd = submodule {
      services = attrsOf service;
      targets = attrsOf (submodule unit);
    };
    networking = submodule {
      firewall = submodule {
        interfaces = attrsOf (submodule {
          allowedTCPPorts = listOf int;
          allowedUDPPorts = listOf int;
        });
      };
    };
    hardware = submodule { nvidia-container-toolkit = submodule { enable = bool; }; };
    users = submodule { users = attrsOf (submodule { linger = bool; }); };
    sops = submodule {
      secrets = attrsOf (submodule {
        owner = str;
        mode = str;
        uid = int;
        gid = int;
      });
      templates = attrsOf (submodule {
        content = lines;
        owner = str;
      });
    };
    age = submodule {
      secrets = attrsOf (submodule {
        inherit file;
        owner = str;
        group = str;
        mode = str;
      });
    };
  };
}
