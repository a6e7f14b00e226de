"""The names of the functions that are modelled, by concern, and where ``builtins`` and ``lib`` have them."""

from __future__ import annotations

_CONCERNS = {
    "modules": """
        mkAfter mkBefore mkDefault mkForce mkIf mkImageMediaOverride mkMerge mkOptionDefault mkOrder mkOverride
        mkVMOverride modules.importApply setDefaultModuleLocation
    """,
    "attrsets": """
        attrByPath attrNames attrsToList attrVals attrValues cartesianProduct cartesianProductOfSets catAttrs collect
        concatAttrValues concatMapAttrs filterAttrs filterAttrsRecursive foldAttrs foldlAttrs genAttrs genAttrs' getAttr
        getAttrFromPath getAttrs hasAttr hasAttrByPath intersectAttrs isDerivation listToAttrs mapAttrs mapAttrs'
        mapAttrsFlatten mapAttrsRecursive mapAttrsRecursiveCond mapAttrsToList mapCartesianProduct matchAttrs mergeAttrs
        mergeAttrsList nameValuePair optionalAttrs overrideExisting recurseIntoAttrs recursiveUpdate
        recursiveUpdateUntil removeAttrs setAttrByPath zipAttrs zipAttrsWith zipAttrsWithNames
    """,
    "lists": """
        all allUnique any compareLists concat concatLists concatMap count crossLists drop dropEnd elem elemAt filter
        findFirst findFirstIndex findSingle flatten fold foldl foldl' foldr forEach genericClosure genList groupBy
        groupBy' head ifilter0 imap imap0 imap1 init intersectLists last length lists.commonPrefix lists.hasPrefix
        lists.removePrefix map mutuallyExclusive naturalSort optional optionals partition range remove replaceElemAt
        replicate reverseList singleton sort sortOn sublist subtractLists tail take takeEnd toList unique uniqueStrings
        zipLists zipListsWith
    """,
    "strings": """
        boolToString boolToYesNo builtins.isFunction builtins.isNull compareVersions concatImapStrings
        concatImapStringsSep concatLines concatMapAttrsStringSep concatMapStrings concatMapStringsSep concatStrings
        concatStringsSep escape escapeRegex escapeShellArg escapeShellArgs escapeURL escapeXML fixedWidthNumber
        fixedWidthString generators.toJSON generators.toYAML getName getVersion hashString hasInfix hasPrefix hasSuffix
        intersperse isAttrs isBool isFloat isInt isList isPath isString isStringLike isValidPosixName join
        makeSearchPath match nameFromURL optionalString parseDrvName removePrefix removeSuffix replaceString
        replaceStrings split splitVersion stringAsChars stringLength strings.commonPrefixLength
        strings.escapeNixIdentifier strings.escapeNixString strings.normalizePath strings.replicate
        strings.sanitizeDerivationName stringToCharacters substring toInt toIntBase10 toJSON toLower toSentenceCase
        toString toUpper trim trimWith typeOf unsafeDiscardOutputDependency unsafeDiscardStringContext versionAtLeast
        versionOlder
    """,
    "trivial": """
        add addContextFrom addErrorContext and assertEachOneOf assertMsg assertOneOf bitAnd bitNot bitOr bitXor
        builtins.abort builtins.break builtins.functionArgs builtins.import builtins.throw builtins.traceVerbose ceil
        checkListOfEnum compare composeExtensions composeManyExtensions const converge deepSeq defaultTo div extends fix
        flip floor fromHexString functionArgs id info isFunction lazyDerivation lessThan lib.extend mapNullable max min
        mirrorFunctionArgs mod mul or pipe seq setFunctionArgs showWarnings sub throwIf throwIfNot toBaseDigits
        toFunction toHexString trace traceIf traceSeq traceSeqN traceVal traceValFn traceValSeq traceValSeqFn
        traceValSeqN traceValSeqNFn tryEval unsafeGetAttrPos warn warnIf warnIfNot xor
    """,
    "files": """
        baseNameOf builtins.toPath dirOf filesystem.listFilesRecursive filesystem.pathType fromJSON fromTOML importJSON
        importTOML path.append pathExists pathIsDirectory pathIsRegularFile readDir readFileType splitString
    """,
    "filesets": """
        fileset.difference fileset.fileFilter fileset.fileFilter:hasExt fileset.intersection fileset.maybeMissing
        fileset.toList fileset.union fileset.unions
    """,
}
CONCERN_OF = {name: concern for concern, names in _CONCERNS.items() for name in names.split()}
"""The concern of each function that is modelled."""

BUILTINS = frozenset(
    """
    abort add addErrorContext all any appendContext attrNames attrValues baseNameOf bitAnd bitOr bitXor break builtins
    catAttrs ceil compareVersions concatLists concatMap concatStringsSep convertHash currentSystem currentTime deepSeq
    derivation derivationStrict dirOf div elem elemAt fetchClosure fetchGit fetchMercurial fetchTarball fetchTree
    fetchurl filter filterSource findFile floor foldl' fromJSON fromTOML functionArgs genList genericClosure getAttr
    getContext getEnv getFlake groupBy hasAttr hasContext hashFile hashString head import intersectAttrs isAttrs isBool
    isFloat isFunction isInt isList isNull isPath isString langVersion length lessThan listToAttrs map mapAttrs match
    mul nixPath nixVersion parseDrvName partition path pathExists placeholder readDir readFile readFileType removeAttrs
    replaceStrings scopedImport seq sort split splitVersion storeDir storePath stringLength sub substring tail throw
    toFile toJSON toPath toString toXML trace traceVerbose tryEval typeOf unsafeDiscardOutputDependency
    unsafeDiscardStringContext unsafeGetAttrPos warn zipAttrsWith
""".split()
)
"""The functions of ``builtins`` (Nix manual, 'Built-in functions')."""

GLOBAL_BUILTINS = (
    "abort baseNameOf break derivation derivationStrict dirOf fetchGit fetchMercurial fetchTarball fetchTree fromTOML "
    "import isNull map placeholder removeAttrs scopedImport throw toString"
).split()
"""The builtins that need no ``builtins.`` before them (Nix manual, 'Built-in functions')."""

SUBLIBRARIES = frozenset(
    "attrsets lists strings modules trivial options fixedPoints customisation debug asserts filesystem versions".split()
)
"""The sets below ``lib`` whose functions are also functions of ``lib`` itself (nixpkgs, ``lib/default.nix``)."""
