# A module evaluator without option types: the definitions that reach an option path, each with its priority, after
# 'imports', 'config', mkIf, mkMerge and priorities are dealt with as nixpkgs' lib/modules.nix does.
{
  modules,
  config,
  lib ? import ./lib.nix,
}:
let
  arguments = { inherit config lib; };

  load =
    module:
    if builtins.isPath module then
      load (import module)
    else if builtins.isFunction module then
      load (module arguments)
    else
      builtins.concatMap load (module.imports or [ ]) ++ [ (configOf module) ];

  configOf =
    module:
    if module ? config || module ? options then
      module.config or { }
    else
      builtins.removeAttrs module [ "imports" ];

  property = value: if builtins.isAttrs value then value._type or null else null;

  pushDown =
    { priority, value }:
    let
      kind = property value;
    in
    if kind == "if" then
      if value.condition then
        pushDown {
          inherit priority;
          value = value.content;
        }
      else
        [ ]
    else if kind == "merge" then
      builtins.concatMap (value: pushDown { inherit priority value; }) value.contents
    else if kind == "override" then
      pushDown {
        inherit (value) priority;
        value = value.content;
      }
    else if kind == "order" then
      pushDown {
        inherit priority;
        value = value.content;
      }
    else
      [ { inherit priority value; } ];

  below =
    path: definition:
    let
      parts = pushDown definition;
    in
    if path == [ ] then
      parts
    else
      builtins.concatMap (
        part:
        if builtins.isAttrs part.value && part.value ? ${builtins.head path} then
          below (builtins.tail path) {
            inherit (part) priority;
            value = part.value.${builtins.head path};
          }
        else
          [ ]
      ) parts;
in
path:
builtins.concatMap (
  value:
  below path {
    priority = 100;
    inherit value;
  }
) (builtins.concatMap load modules)
