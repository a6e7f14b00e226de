# What a module comes to, node by node, with stand-ins for what only a whole system gives.
#
# `file` is a path, `lib` nixpkgs' lib (or one of our own), `names` the names that the stand-ins have as attributes, and
# `paths` the nodes to describe: lists of steps from what the file gives, each an attribute name or the index of an element,
# and `null` for the application of a function to its arguments.
{
  file,
  lib,
  names,
  paths,
}:
let
  # Has every attribute, takes every argument, and is a text where one is needed.
  anything =
    builtins.listToAttrs (
      map (name: {
        inherit name;
        value = anything;
      }) names
    )
    // {
      __functor = self: argument: anything;
      outPath = "/stand-in";
      isStandIn = true;
    };

  arguments = builtins.listToAttrs (
    map (name: {
      inherit name;
      value = anything;
    }) names
  ) // {
    inherit lib;
  };

  apply =
    function:
    let
      formals = builtins.functionArgs function;
      wanted = builtins.intersectAttrs formals arguments;
    in
    function (if formals == { } then arguments else wanted);

  step =
    value: at:
    if at == null then
      apply value
    else if builtins.isInt at then
      builtins.elemAt value at
    else
      value.${at};

  describe =
    value:
    let
      kind = builtins.typeOf value;
    in
    if kind == "set" then
      if value ? isStandIn then
        { kind = "stand-in"; }
      else if value ? _type && (value._type == "option" || value._type == "option-type") then
        { kind = "option"; }
      else
        {
          inherit kind;
          names = builtins.attrNames value;
        }
    else if kind == "list" then
      {
        inherit kind;
        length = builtins.length value;
      }
    else if kind == "lambda" then
      { inherit kind; }
    else
      {
        inherit kind;
        text = if kind == "path" then builtins.toString value else builtins.toJSON value;
      };
in
map (path: describe (builtins.foldl' step (import file) path)) paths
