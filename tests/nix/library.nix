# The functions of nixpkgs' lib that nixlint models, in words of our own, after what they are documented to do.
# What stands in lib.nix, for the tests of modules, is the same here.
let
  b = builtins;
  base = import ./lib.nix;
  last = list: b.elemAt list (b.length list - 1);
  upTo = n: b.genList (i: i) n;
  count = keep: list: b.length (b.filter keep list);
  sliced =
    start: n: list:
    let
      size = b.length list;
      left = if start >= size then 0 else if start + n > size then size - start else n;
    in
    b.genList (i: b.elemAt list (start + i)) left;
  atLeastZero = n: if n < 0 then 0 else n;
  backwards = list: b.genList (i: b.elemAt list (b.length list - 1 - i)) (b.length list);
  letters = text: b.genList (i: b.substring i 1 text) (b.stringLength text);
  escapeRegex = b.replaceStrings (letters "\\[{()^$?*+|.") (map (c: "\\${c}") (letters "\\[{()^$?*+|."));
  split = separator: text: b.filter b.isString (b.split (escapeRegex separator) text);
  pair = name: value: { inherit name value; };
  pairs = attrs: map (name: pair name attrs.${name}) (b.attrNames attrs);
  merge = b.foldl' (a: c: a // c) { };
  nonEmpty = text: n: if text == "" then n else text;
  alphabet = letters "abcdefghijklmnopqrstuvwxyz";
  capitals = letters "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  lower = b.replaceStrings capitals alphabet;
  upper = b.replaceStrings alphabet capitals;
  repeat = n: text: b.concatStringsSep "" (b.genList (_: text) n);
  starts = prefix: text: b.substring 0 (b.stringLength prefix) text == prefix;
  ends =
    suffix: text:
    let
      skipped = b.stringLength text - b.stringLength suffix;
    in
    skipped >= 0 && b.substring skipped (-1) text == suffix;
  quoted =
    value:
    let
      text = toString value;
    in
    if b.match "[a-zA-Z0-9,._+:@%/-]+" text != null then
      text
    else
      "'" + b.replaceStrings [ "'" ] [ "'\\''" ] text + "'";
  unique = b.foldl' (found: x: if b.elem x found then found else found ++ [ x ]) [ ];
  products =
    names: attrs:
    if names == [ ] then
      [ { } ]
    else
      b.concatMap (value: map (rest: { ${b.head names} = value; } // rest) (products (b.tail names) attrs))
        attrs.${b.head names};
  rows =
    lists:
    if lists == [ ] then
      [ [ ] ]
    else
      b.concatMap (value: map (row: [ value ] ++ row) (rows (b.tail lists))) (b.head lists);
  compareWith =
    cmp: l: r:
    if l == [ ] || r == [ ] then
      (if l == r then 0 else if l == [ ] then -1 else 1)
    else if cmp (b.head l) (b.head r) != 0 then
      cmp (b.head l) (b.head r)
    else
      compareWith cmp (b.tail l) (b.tail r);
  compare = x: y: if x < y then -1 else if y < x then 1 else 0;
  number = text: b.fromJSON text;
  natural = text: map (part: if b.isList part then number (b.head part) else part) (b.split "(0|[1-9][0-9]*)" text);
  digits = "0123456789ABCDEF";
  inBase = base': n: if n < base' then [ n ] else inBase base' (n / base') ++ [ (n - n / base' * base') ];
  hex = n: b.concatStringsSep "" (map (d: b.substring d 1 digits) (inBase 16 n));
  fix =
    f:
    let
      x = f x;
    in
    x;
  compose =
    f: g: final: prev:
    let
      first = f final prev;
    in
    first // g final (prev // first);
  walk =
    path: attrs: missing:
    if path == [ ] then
      attrs
    else if b.isAttrs attrs && attrs ? ${b.head path} then
      walk (b.tail path) attrs.${b.head path} missing
    else
      missing;
  mapDeep =
    goesOn: f: above: attrs:
    b.mapAttrs (
      name: value:
      if b.isAttrs value && goesOn value then
        mapDeep goesOn f (above ++ [ name ]) value
      else
        f (above ++ [ name ]) value
    ) attrs;
  updateUntil =
    stop: above: l: r:
    l
    // b.mapAttrs (
      name: value:
      let
        path = above ++ [ name ];
      in
      if l ? ${name} && !stop path l.${name} value then updateUntil stop path l.${name} value else value
    ) r;
  grouped = f: list: b.groupBy f list;
  formalsOf =
    f:
    if b.isFunction f then
      b.functionArgs f
    else
      f.__functionArgs or (b.functionArgs (f.__functor f));
  callable = f: b.isFunction f || (b.isAttrs f && f ? __functor && b.isFunction (f.__functor f));
  withFormals = f: formals: {
    __functor = _: f;
    __functionArgs = formals;
  };
  matches =
    pattern: attrs:
    b.all (
      name:
      attrs ? ${name}
      && (
        if b.isAttrs pattern.${name} then
          b.isAttrs attrs.${name} && matches pattern.${name} attrs.${name}
        else
          pattern.${name} == attrs.${name}
      )
    ) (b.attrNames pattern);
  gathered =
    wanted: value:
    if wanted value then
      [ value ]
    else if b.isAttrs value then
      b.concatMap (gathered wanted) (b.attrValues value)
    else
      [ ];
  filesBelow =
    folder:
    b.concatMap (
      { name, value }:
      if value == "directory" then filesBelow (folder + "/${name}") else [ (folder + "/${name}") ]
    ) (pairs (b.readDir folder));
  trimmed =
    left: right: text:
    let
      isBlank = c: b.elem c [ " " "\t" "\r" "\n" ];
      drop = list: if list != [ ] && isBlank (b.head list) then drop (b.tail list) else list;
      start = if left then drop (letters text) else letters text;
      end = if right then backwards (drop (backwards start)) else start;
    in
    b.concatStringsSep "" end;
  older = x: y: b.compareVersions x y < 0;
  escapeNix = text: b.replaceStrings [ "$" ] [ "\\$" ] (b.toJSON text);

  library = base // {
    inherit (b)
      add all any attrNames attrValues bitAnd bitOr bitXor catAttrs ceil compareVersions concatLists concatMap
      deepSeq div elem elemAt filter floor foldl' fromJSON genList genericClosure getAttr groupBy hasAttr
      hashString head intersectAttrs isAttrs isBool isFloat isInt isList isPath isString length lessThan listToAttrs
      mapAttrs match mul parseDrvName partition pathExists readDir readFile removeAttrs replaceStrings seq sort split
      splitVersion stringLength sub substring tail toJSON toString tryEval typeOf zipAttrsWith
      ;
    inherit (base) mkOverride mkOrder;
    map = f: list: b.genList (i: f (b.elemAt list i)) (b.length list);
    mkOptionDefault = base.mkOverride 1500;
    mkVMOverride = base.mkOverride 10;
    mkImageMediaOverride = base.mkOverride 60;
    setDefaultModuleLocation = _file: module: {
      inherit _file;
      imports = [ module ];
    };
    importApply = file: argument: library.setDefaultModuleLocation file (import file argument);

    attrVals = names: attrs: map (name: attrs.${name}) names;
    attrsToList = pairs;
    attrByPath = path: missing: attrs: walk path attrs missing;
    hasAttrByPath =
      path: attrs:
      path == [ ]
      || (
        b.isAttrs attrs
        && attrs ? ${b.head path}
        && library.hasAttrByPath (b.tail path) attrs.${b.head path}
      );
    getAttrFromPath = path: attrs: walk path attrs (throw "missing");
    getAttrs = names: attrs: b.listToAttrs (map (name: pair name attrs.${name}) names);
    "genAttrs'" = names: f: b.listToAttrs (map f names);
    mapAttrsRecursive = f: mapDeep (_: true) f [ ];
    mapAttrsRecursiveCond = goesOn: f: mapDeep goesOn f [ ];
    concatMapAttrs = f: attrs: merge (map ({ name, value }: f name value) (pairs attrs));
    concatAttrValues = attrs: b.concatLists (b.attrValues attrs);
    filterAttrsRecursive =
      keep: attrs:
      b.mapAttrs (_: value: if b.isAttrs value then library.filterAttrsRecursive keep value else value) (
        base.filterAttrs keep attrs
      );
    foldAttrs = f: start: sets: b.mapAttrs (_: base.foldr f start) (b.zipAttrsWith (_: values: values) sets);
    foldlAttrs = f: start: attrs: b.foldl' (found: { name, value }: f found name value) start (pairs attrs);
    recursiveUpdateUntil = stop: updateUntil stop [ ];
    mergeAttrs = l: r: l // r;
    mergeAttrsList = merge;
    overrideExisting = old: new: b.mapAttrs (name: value: new.${name} or value) old;
    zipAttrsWithNames =
      names: f: sets:
      base.genAttrs names (name: f name (b.catAttrs name sets));
    zipAttrs = b.zipAttrsWith (_: values: values);
    cartesianProduct = attrs: products (b.attrNames attrs) attrs;
    mapCartesianProduct = f: attrs: map f (products (b.attrNames attrs) attrs);
    collect = gathered;
    isDerivation = value: b.isAttrs value && (value.type or null) == "derivation";
    recurseIntoAttrs = attrs: attrs // { recurseForDerivations = true; };
    matchAttrs = matches;

    forEach = list: f: map f list;
    concat = l: r: l ++ r;
    imap0 = f: list: b.genList (i: f i (b.elemAt list i)) (b.length list);
    imap1 = f: list: b.genList (i: f (i + 1) (b.elemAt list i)) (b.length list);
    ifilter0 =
      keep: list:
      map (i: b.elemAt list i) (b.filter (i: keep i (b.elemAt list i)) (upTo (b.length list)));
    remove = x: b.filter (y: y != x);
    subtractLists = gone: b.filter (x: !b.elem x gone);
    intersectLists = kept: b.filter (x: b.elem x kept);
    mutuallyExclusive = l: r: !b.any (x: b.elem x r) l;
    inherit count last unique compare fix;
    findFirst =
      wanted: missing: list:
      let
        found = b.filter wanted list;
      in
      if found == [ ] then missing else b.head found;
    findSingle =
      wanted: none: several: list:
      let
        found = b.filter wanted list;
      in
      if found == [ ] then none else if b.length found > 1 then several else b.head found;
    init = list: sliced 0 (b.length list - 1) list;
    take = n: sliced 0 (atLeastZero n);
    drop = n: list: sliced n (b.length list) list;
    takeEnd = n: list: sliced (atLeastZero (b.length list - n)) n list;
    dropEnd = n: list: sliced 0 (atLeastZero (b.length list - n)) list;
    sublist = sliced;
    reverseList = backwards;
    replaceElemAt =
      list: index: new:
      b.genList (i: if i == index then new else b.elemAt list i) (b.length list);
    foldl = b.foldl';
    fold = base.foldr;
    "groupBy'" =
      f: start: name: list:
      b.mapAttrs (_: b.foldl' f start) (grouped name list);
    replicate = n: x: b.genList (_: x) n;
    singleton = x: [ x ];
    toList = x: if b.isList x then x else [ x ];
    sortOn = key: b.sort (x: y: key x < key y);
    naturalSort = b.sort (x: y: compareWith compare (natural x) (natural y) < 0);
    compareLists = compareWith;
    uniqueStrings = list: b.attrNames (base.genAttrs list (_: null));
    allUnique = list: b.length (unique list) == b.length list;
    zipListsWith =
      f: l: r:
      b.genList (i: f (b.elemAt l i) (b.elemAt r i)) (
        if b.length l < b.length r then b.length l else b.length r
      );
    zipLists = library.zipListsWith (fst: snd: { inherit fst snd; });
    crossLists = f: lists: map (b.foldl' (g: x: g x) f) (rows lists);

    join = b.concatStringsSep;
    concatStrings = b.concatStringsSep "";
    concatMapStrings = f: list: b.concatStringsSep "" (map f list);
    concatImapStrings = f: list: b.concatStringsSep "" (library.imap1 f list);
    concatImapStringsSep = separator: f: list: b.concatStringsSep separator (library.imap1 f list);
    concatMapAttrsStringSep = separator: f: attrs: b.concatStringsSep separator (base.mapAttrsToList f attrs);
    concatLines = b.foldl' (text: line: text + line + "\n") "";
    intersperse =
      separator: list:
      b.concatLists (
        library.imap0 (i: x: if i == 0 then [ x ] else [ separator x ]) list
      );
    makeSearchPath = folder: list: b.concatStringsSep ":" (map (x: "${x}/${folder}") (b.filter (x: x != null) list));
    boolToString = x: if x then "true" else "false";
    boolToYesNo = x: if x then "yes" else "no";
    toInt = text: number (b.head (b.match "[ \t\n]*(-?[0-9]+)[ \t\n]*" text));
    toIntBase10 = text: number (nonEmpty (b.head (b.match "0*([0-9]*)" text)) "0");
    hasPrefix = starts;
    hasSuffix = ends;
    hasInfix = infix: text: b.match ".*${escapeRegex infix}.*" text != null;
    isValidPosixName = text: b.match "[a-zA-Z_][a-zA-Z0-9_]*" text != null;
    isStringLike = x: b.isString x || b.isPath x || (b.isAttrs x && (x ? outPath || x ? __toString));
    removePrefix = prefix: text: if starts prefix text then b.substring (b.stringLength prefix) (-1) text else text;
    removeSuffix =
      suffix: text:
      if ends suffix text then b.substring 0 (b.stringLength text - b.stringLength suffix) text else text;
    stringToCharacters = letters;
    stringAsChars = f: text: b.concatStringsSep "" (map f (letters text));
    splitString = split;
    replaceString = old: new: b.replaceStrings [ old ] [ new ];
    toLower = lower;
    toUpper = upper;
    toSentenceCase = text: upper (b.substring 0 1 text) + lower (b.substring 1 (-1) text);
    trim = trimmed true true;
    trimWith = { start ? false, end ? false }: trimmed start end;
    fixedWidthString =
      width: filler: text:
      repeat ((width - b.stringLength text) / b.stringLength filler) filler + text;
    fixedWidthNumber = width: n: library.fixedWidthString width "0" (toString n);
    escapeShellArg = quoted;
    escapeShellArgs = list: b.concatStringsSep " " (map quoted list);
    escape = list: b.replaceStrings list (map (c: "\\" + c) list);
    inherit escapeRegex;
    escapeXML =
      text:
      b.concatStringsSep "" (
        map (c: {
          "\"" = "&quot;";
          "'" = "&apos;";
          "<" = "&lt;";
          ">" = "&gt;";
          "&" = "&amp;";
        }.${c} or c) (letters text)
      );
    escapeURL =
      b.replaceStrings [ ":" "/" " " ] [ "%3A" "%2F" "%20" ];
    versionOlder = older;
    versionAtLeast = x: y: !older x y;
    getName = text: (b.parseDrvName text).name;
    getVersion = text: (b.parseDrvName text).version;
    nameFromURL = url: separator: b.head (split separator (last (split "/" url)));

    traceVal = x: x;
    traceValSeq = x: x;
    warn = _: x: x;
    info = _: x: x;
    traceSeq = _: x: x;
    traceValFn = _: x: x;
    traceValSeqFn = _: x: x;
    traceValSeqN = _: x: x;
    traceValSeqNFn = _: _: x: x;
    traceIf = _: _: x: x;
    warnIf = _: _: x: x;
    warnIfNot = _: _: x: x;
    traceSeqN = _: _: x: x;
    showWarnings = _: x: x;
    throwIf = condition: text: x: if condition then throw text else x;
    throwIfNot = condition: text: x: if condition then x else throw text;
    assertMsg = condition: text: if condition then true else throw text;
    assertOneOf = _: x: list: if b.elem x list then true else throw "none of them";
    checkListOfEnum = text: valid: given: x: if b.all (y: b.elem y valid) given then x else throw text;
    defaultTo = default: x: if x == null then default else x;
    mapNullable = f: x: if x == null then null else f x;
    functionArgs = formalsOf;
    setFunctionArgs = withFormals;
    mirrorFunctionArgs = f: g: withFormals g (formalsOf f);
    isFunction = callable;
    toFunction = x: if callable x then x else _: x;
    converge = f: x: if f x == x then x else library.converge f (f x);
    extends =
      overlay: f: final:
      f final // overlay final (f final);
    composeExtensions = compose;
    composeManyExtensions = b.foldl' compose (_: _: { });
    extend = overlay: fix (final: library // overlay final library);
    min = x: y: if y < x then y else x;
    max = x: y: if y > x then y else x;
    mod = x: y: x - x / y * y;
    bitNot = x: -1 - x;
    toBaseDigits = inBase;
    toHexString = hex;
    fromHexString = text: (b.fromTOML "x = 0x${library.removePrefix "0x" text}").x;
    and = x: y: if x then y else false;
    "or" = x: y: if x then true else y;
    xor = x: y: x != y;

    importJSON = file: b.fromJSON (b.readFile file);
    importTOML = file: b.fromTOML (b.readFile file);
    fileContents = file: library.removeSuffix "\n" (b.readFile file);

    modules = library;
    lists = library // {
      findFirstIndex =
        wanted: missing: list:
        library.findFirst (i: wanted (b.elemAt list i)) missing (upTo (b.length list));
      hasPrefix = prefix: list: sliced 0 (b.length prefix) list == prefix;
      removePrefix = prefix: list: sliced (b.length prefix) (b.length list) list;
      commonPrefix =
        l: r:
        if l == [ ] || r == [ ] || b.head l != b.head r then
          [ ]
        else
          [ (b.head l) ] ++ library.lists.commonPrefix (b.tail l) (b.tail r);
    };
    asserts.assertEachOneOf = _: xs: list: b.all (x: b.elem x list) xs;
    strings = library // {
      replicate = repeat;
      commonPrefixLength = l: r: b.length (library.lists.commonPrefix (letters l) (letters r));
      normalizePath = text: b.concatStringsSep "" (map (x: if b.isList x then "/" else x) (b.split "/+" text));
      escapeNixString = escapeNix;
      escapeNixIdentifier =
        text:
        if b.match "[a-zA-Z_][a-zA-Z0-9_'-]*" text != null && text != "with" then text else escapeNix text;
      sanitizeDerivationName =
        text:
        nonEmpty (b.concatStringsSep "" (
          map (x: if b.isList x then "-" else x) (
            b.split "[^a-zA-Z0-9+._?=-]+" (b.head (b.match "[.]*(.*)" text))
          )
        )) "unknown";
      addContextFrom = _: text: text;
    };
    generators.toJSON = _: b.toJSON;
    generators.toYAML = _: b.toJSON;
    filesystem.listFilesRecursive = filesBelow;
    path.append = folder: below: folder + "/${below}";
  };
in
library
