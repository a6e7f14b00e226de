# The module system of nixpkgs (lib/modules.nix, lib/types.nix), as small as it can be and still agree with the real one
# about generated modules: imports, config and options, properties and priorities, declarations with defaults, submodules,
# freeform types, module arguments and disabled modules. Messages, locations and checks are left out.
lib:
let
  inherit (builtins)
    any
    attrNames
    catAttrs
    concatLists
    concatMap
    elem
    filter
    foldl'
    functionArgs
    genericClosure
    head
    isAttrs
    isFunction
    isString
    length
    listToAttrs
    mapAttrs
    removeAttrs
    sort
    substring
    ;

  kindOf = value: if isAttrs value then value._type or null else null;
  isOption = value: kindOf value == "option";
  imap = f: list: builtins.genList (index: f index (builtins.elemAt list index)) (length list);

  # -- from modules to what they declare and define ------------------------------------------------------------------

  callModule =
    module: arguments:
    module (
      arguments
      // mapAttrs (name: _: arguments.${name} or arguments.config._module.args.${name}) (
        functionArgs module
      )
    );

  # A module as { key, imports, disabledModules, options, config }.
  structured =
    arguments: key: module:
    if isFunction module then
      unified key (callModule module arguments)
    else if isAttrs module then
      if
        elem (kindOf module) [
          "if"
          "override"
        ]
      then
        unified key { config = module; }
      else if kindOf module == null then
        unified key module
      else
        throw "a module that is none"
    else
      let
        content = import module;
      in
      unified (toString module) (if isFunction content then callModule content arguments else content);

  unified =
    key: module:
    {
      key = toString module.key or key;
      disabledModules = module.disabledModules or [ ];
      imports = module.require or [ ] ++ module.imports or [ ];
      options = module.options or { };
    }
    // {
      config = lib.mkMerge (
        (if module ? freeformType then [ { _module.freeformType = module.freeformType; } ] else [ ])
        ++ [
          (
            if module ? config || module ? options then
              let
                unsupported = removeAttrs module [
                  "_file"
                  "config"
                  "disabledModules"
                  "freeformType"
                  "imports"
                  "key"
                  "options"
                ];
              in
              if unsupported == { } then
                module.config or { }
              else
                throw "a module with an unsupported attribute ${head (attrNames unsupported)}"
            else
              removeAttrs module [
                "_file"
                "disabledModules"
                "freeformType"
                "imports"
                "key"
                "require"
              ]
          )
        ]
      );
    };

  collect =
    arguments: parent: modules:
    imap (
      index: written:
      let
        module = structured arguments "${parent}:${toString (index + 1)}" written;
        imported = collect arguments module.key module.imports;
      in
      {
        inherit (module) key;
        inherit module imported;
        disabled = module.disabledModules ++ concatLists (catAttrs "disabled" imported);
      }
    ) modules;

  keyOf =
    modulesPath: disabled:
    if isString disabled then
      if substring 0 1 disabled == "/" then disabled else "${toString modulesPath}/${disabled}"
    else if isAttrs disabled then
      disabled.key
    else
      toString disabled;

  loaded =
    modulesPath: collected:
    let
      disabled = map (keyOf modulesPath) (concatLists (catAttrs "disabled" collected));
      enabled = filter (item: !elem item.key disabled);
    in
    catAttrs "module" (genericClosure {
      startSet = enabled collected;
      operator = item: enabled item.imported;
    });

  # -- properties ----------------------------------------------------------------------------------------------------

  # A set with its properties pushed down to its attributes: a list of plain sets.
  pushedDown =
    value:
    let
      push = wrap: map (mapAttrs (_: wrap)) (pushedDown value.content);
    in
    if kindOf value == "merge" then
      concatMap pushedDown value.contents
    else if kindOf value == "if" then
      push (lib.mkIf value.condition)
    else if kindOf value == "override" then
      push (lib.mkOverride value.priority)
    else
      [ value ];

  discharged =
    value:
    if kindOf value == "merge" then
      concatMap discharged value.contents
    else if kindOf value == "if" then
      if !builtins.isBool value.condition then
        throw "a condition that is no Boolean"
      else if value.condition then
        discharged value.content
      else
        [ ]
    else
      [ value ];

  # The definitions of an option that count: those of the best priority, in order.
  mergeDefinitions =
    loc: type: values:
    let
      priorityOf = value: if kindOf value == "override" then value.priority else 100;
      everything = concatMap discharged values;
      highestPrio = foldl' lib.min 9999 (map priorityOf everything);
      best = map (value: if kindOf value == "override" then value.content else value) (
        filter (value: priorityOf value == highestPrio) everything
      );
      orderOf = value: if kindOf value == "order" then value.priority else 1000;
      ordered =
        if any (value: kindOf value == "order") best then
          map (value: if kindOf value == "order" then value.content else value) (
            sort (left: right: orderOf left < orderOf right) best
          )
        else
          best;
    in
    {
      inherit highestPrio;
      definitions = ordered;
      isDefined = ordered != [ ];
      value =
        if ordered != [ ] then
          type.merge loc (map (value: { inherit value; }) ordered)
        else
          type.emptyValue.value or (throw "an option without a value");
    };

  # -- options -------------------------------------------------------------------------------------------------------

  # What is declared and defined below 'loc': { options, unmatched }.
  merged =
    loc: declared: defined:
    let
      declarations = builtins.zipAttrsWith (_: values: values) declared;
      pushed = builtins.zipAttrsWith (_: concatLists) (map (mapAttrs (_: pushedDown)) defined);
      raw = builtins.zipAttrsWith (_: values: values) defined;
      results = mapAttrs (
        name: here:
        if isOption (head here) then
          {
            options = optionOf (loc ++ [ name ]) here (raw.${name} or [ ]);
            unmatched = { };
          }
        else
          merged (loc ++ [ name ]) here (pushed.${name} or [ ])
      ) declarations;
      below = lib.filterAttrs (_: values: values != { }) (mapAttrs (_: result: result.unmatched) results);
    in
    {
      options = mapAttrs (_: result: result.options) results;
      unmatched =
        mapAttrs (_: values: [ values ]) below // removeAttrs raw (attrNames declarations);
    };

  optionOf =
    loc: declarations: values:
    let
      option = head declarations;
      defaults = if option ? default then [ (lib.mkOverride 1500 option.default) ] else [ ];
      result = mergeDefinitions loc option.type (defaults ++ values);
    in
    if length declarations > 1 then
      throw "an option that is declared twice"
    else
      option
      // {
        inherit (result) highestPrio definitions isDefined;
        definitionsWithLocations = map (value: { inherit value; }) result.definitions;
        value = (option.apply or (value: value)) result.value;
      };

  valuesOf = options: mapAttrs (_: here: if isOption here then here.value else valuesOf here) options;

  evalModules =
    {
      modules,
      specialArgs ? { },
      prefix ? [ ],
    }:
    let
      arguments = {
        inherit
          lib
          config
          options
          specialArgs
          ;
      }
      // specialArgs;
      internal.options._module = {
        args = mkOption { type = types.lazyAttrsOf types.raw; };
        freeformType = mkOption {
          type = types.raw;
          default = null;
        };
      };
      used = loaded (specialArgs.modulesPath or "") (collect arguments "" (modules ++ [ internal ]));
      result = merged prefix (catAttrs "options" used) (
        concatMap pushedDown (lib.reverseList (catAttrs "config" used))
      );
      inherit (result) options;
      declared = valuesOf options;
      freeform = declared._module.freeformType;
      config =
        if freeform == null then
          declared
        else
          lib.recursiveUpdate (freeform.merge prefix (map (value: { inherit value; }) (
            map (name: { ${name} = lib.mkMerge result.unmatched.${name}; }) (attrNames result.unmatched)
          ))) declared;
      checked =
        if freeform == null && result.unmatched != { } then
          throw "an option that does not exist: ${head (attrNames result.unmatched)}"
        else
          { };
    in
    {
      options = builtins.seq checked options;
      config = builtins.seq checked (removeAttrs config [ "_module" ]);
    };

  mkOption = attributes: attributes // { _type = "option"; };

  # -- types ---------------------------------------------------------------------------------------------------------

  valuesOfDefinitions = map (definition: definition.value);

  mergeEqual =
    loc: definitions:
    let
      values = valuesOfDefinitions definitions;
    in
    if builtins.all (value: value == head values) values then
      head values
    else
      throw "definitions that conflict";

  mkOptionType =
    type:
    {
      emptyValue = { };
      merge = mergeEqual;
    }
    // type;

  attrsOf =
    type:
    mkOptionType {
      emptyValue.value = { };
      merge =
        loc: definitions:
        let
          found = mapAttrs (name: mergeDefinitions (loc ++ [ name ]) type) (
            builtins.zipAttrsWith (_: values: values) (valuesOfDefinitions definitions)
          );
        in
        mapAttrs (_: result: result.value) (lib.filterAttrs (_: result: result.isDefined) found);
    };

  types = rec {
    inherit attrsOf mkOptionType;
    raw = mkOptionType { merge = _: definitions: (head definitions).value; };
    anything = mkOptionType { };
    bool = mkOptionType { };
    int = mkOptionType { };
    str = mkOptionType { };
    port = int;
    nullOr = _: mkOptionType { };
    enum = _: mkOptionType { };
    lazyAttrsOf =
      type:
      mkOptionType {
        emptyValue.value = { };
        merge =
          loc: definitions:
          mapAttrs (name: values: (mergeDefinitions (loc ++ [ name ]) type values).value) (
            builtins.zipAttrsWith (_: values: values) (valuesOfDefinitions definitions)
          );
      };
    listOf =
      _:
      mkOptionType {
        emptyValue.value = [ ];
        merge = _: definitions: concatLists (valuesOfDefinitions definitions);
      };
    submodule =
      module:
      mkOptionType {
        emptyValue.value = { };
        merge =
          loc: definitions:
          (evalModules {
            prefix = loc;
            modules = [
              module
              { _module.args.name = lib.last loc; }
            ]
            ++ map (value: if isAttrs value then { config = value; } else value) (valuesOfDefinitions definitions);
          }).config;
      };
  };
in
{
  inherit
    evalModules
    mkOption
    mkOptionType
    types
    ;
  mkEnableOption =
    _:
    mkOption {
      type = types.bool;
      default = false;
    };
  mkOptionDefault = lib.mkOverride 1500;
}
