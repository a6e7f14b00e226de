# What modules that were converted define, checked against the types of their options. Takes the modules of each project and
# gives for each either what they define or what NixOS would say against it.
{
  projects,
  release,
  catches ? true,
}:
let
  lib = import ./lib.nix // {
    mkEnableOption = description: {
      _type = "option";
      inherit description;
    };
    escapeShellArg = text: "'${builtins.replaceStrings [ "'" ] [ "'\\''" ] text}'";
  };
  types = import ./oci_options.nix { inherit lib release; };

  store = name: text: "/nix/store/${builtins.hashString "sha256" text}-${name}";
  pkgs = {
    writeText = store;
    git = "/nix/store/git";
  };

  load =
    arguments: module:
    if builtins.isPath module || builtins.isString module then
      load arguments (import module)
    else if builtins.isFunction module then
      load arguments (module arguments)
    else
      builtins.concatMap (load arguments) (module.imports or [ ]) ++ [ module ];

  definitionsOf =
    module:
    if module ? config || module ? options then
      module.config or { }
    else
      builtins.removeAttrs module [ "imports" ];

  # Every enabling option that a module declares is on; secrets are where sops-nix and agenix put them.
  enabled =
    options:
    if options._type or "" == "option" then true else builtins.mapAttrs (_: enabled) options;

  evaluate =
    modules:
    let
      loaded = builtins.concatMap (load {
        inherit config lib pkgs;
        options = { };
      }) modules;
      declared = builtins.foldl' lib.recursiveUpdate { } (
        map (module: enabled (module.options or { })) loaded
      );
      system = types.system [ ] (
        map (value: {
          priority = 100;
          inherit value;
        }) (map definitionsOf loaded ++ [ { systemd.services = ofUsers; } ])
      );
      # What nixpkgs' module defines for the containers of a user.
      ofUsers = builtins.listToAttrs (
        map (name: {
          name = "podman-${name}";
          value.unitConfig.RequiresMountsFor = "/run/user/1000/containers";
        }) (builtins.filter (name: containers.${name}.podman.user or "root" != "root") (builtins.attrNames containers))
      );
      secrets = builtins.mapAttrs (name: _: { path = "/run/secrets/${name}"; }) (
        system.sops.secrets or { }
      );
      config = lib.recursiveUpdate declared {
        networking.nftables.enable = false;
        users.users = builtins.mapAttrs (_: user: user // { uid = 1000; }) (
          { ada = { }; } // system.users.users or { }
        );
        virtualisation = {
          podman.package = "/nix/store/podman";
          docker.package = "/nix/store/docker";
        };
        sops = {
          inherit secrets;
          templates = builtins.mapAttrs (name: _: { path = "/run/secrets/rendered/${name}"; }) (
            system.sops.templates or { }
          );
          placeholder = builtins.mapAttrs (name: _: "<SOPS:${name}>") (system.sops.secrets or { });
        };
        age.secrets = builtins.mapAttrs (name: _: { path = "/run/agenix/${name}"; }) (
          system.age.secrets or { }
        );
      };
      containers = system.virtualisation.oci-containers.containers or { };
      dangling = builtins.concatMap (
        name:
        builtins.filter (other: !(containers ? ${other})) (containers.${name}.dependsOn or [ ])
      ) (builtins.attrNames containers);
    in
    if dangling != [ ] then
      throw "dependsOn: attribute '${builtins.head dangling}' missing"
    else if
      system.virtualisation.oci-containers.backend == "docker"
      && builtins.any (container: container ? podman) (builtins.attrValues containers)
    then
      throw "Cannot set `podman` option if backend is `docker`."
    else if builtins.any (container: !(container ? image)) (builtins.attrValues containers) then
      throw "image: used but not defined"
    else
      system;
in
map (
  modules:
  let
    system = evaluate modules;
    result = builtins.tryEval (builtins.deepSeq system system);
  in
  if !catches then
    { defined = system; }
  else if result.success then
    { defined = result.value; }
  else
    { defined = null; }
) projects
