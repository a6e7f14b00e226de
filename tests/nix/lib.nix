# The functions of nixpkgs' lib that nixlint models, as small as they can be, to evaluate generated configurations with.
rec {
  mkIf = condition: content: {
    _type = "if";
    inherit condition content;
  };
  mkMerge = contents: {
    _type = "merge";
    inherit contents;
  };
  mkOverride = priority: content: {
    _type = "override";
    inherit priority content;
  };
  mkForce = mkOverride 50;
  mkDefault = mkOverride 1000;
  mkOrder = priority: content: {
    _type = "order";
    inherit priority content;
  };
  mkBefore = mkOrder 500;
  mkAfter = mkOrder 1500;

  id = x: x;
  const = x: _: x;
  flip =
    f: a: b:
    f b a;
  pipe = builtins.foldl' (x: f: f x);
  optional = condition: element: if condition then [ element ] else [ ];
  optionals = condition: elements: if condition then elements else [ ];
  optionalAttrs = condition: attrs: if condition then attrs else { };
  optionalString = condition: text: if condition then text else "";

  inherit (builtins)
    concatMap
    elem
    elemAt
    filter
    foldl'
    head
    length
    listToAttrs
    mapAttrs
    attrNames
    attrValues
    concatStringsSep
    ;
  foldr =
    f: nul: list:
    if list == [ ] then nul else f (builtins.head list) (foldr f nul (builtins.tail list));
  flatten = x: if builtins.isList x then builtins.concatMap flatten x else [ x ];
  range = first: last: if first > last then [ ] else [ first ] ++ range (first + 1) last;
  nameValuePair = name: value: { inherit name value; };
  genAttrs = names: f: builtins.listToAttrs (map (name: nameValuePair name (f name)) names);
  mapAttrs' =
    f: attrs: builtins.listToAttrs (map (name: f name attrs.${name}) (builtins.attrNames attrs));
  mapAttrsToList = f: attrs: map (name: f name attrs.${name}) (builtins.attrNames attrs);
  filterAttrs =
    keep: attrs:
    builtins.listToAttrs (
      builtins.concatMap (
        name: if keep name attrs.${name} then [ (nameValuePair name attrs.${name}) ] else [ ]
      ) (builtins.attrNames attrs)
    );
  recursiveUpdate =
    left: right:
    left
    // builtins.mapAttrs (
      name: value:
      if left ? ${name} && builtins.isAttrs left.${name} && builtins.isAttrs value then
        recursiveUpdate left.${name} value
      else
        value
    ) right;
  setAttrByPath =
    path: value:
    if path == [ ] then
      value
    else
      { ${builtins.head path} = setAttrByPath (builtins.tail path) value; };
  concatMapStringsSep =
    separator: f: list:
    builtins.concatStringsSep separator (map f list);
}
