"""Models of functions on strings (nixpkgs, ``lib/strings.nix``, and the builtins of the same kind)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from nixlint.semantics.language import symbols
from nixlint.semantics.language.budget import METER, TOO_MUCH, nested
from nixlint.semantics.language.operators import MAX_ELEMENTS, text_parts
from nixlint.semantics.language.partial_text import MAX_TEXT, TOO_LONG, ends_with, joined, starts_with
from nixlint.semantics.language.values import (
    PROPERTIES,
    UNSETTLED,
    AttrsValue,
    BoolValue,
    FloatValue,
    FunctionValue,
    IntValue,
    Known,
    ListValue,
    NullValue,
    PathValue,
    PrimitiveValue,
    StringValue,
    SymbolValue,
    Thunk,
    UnknownValue,
    Value,
)

from .lists import mapped
from .plain import NotPlain, Refused, plain, plain_model
from .registry import Call, as_set, model

_NIX_KEYWORDS = frozenset("assert else if in inherit let or rec then with".split())
_COMPONENT = re.compile(rb"\d+|[^\d.\-]+")


def text_value(parts: Sequence[str | Value], call: Call) -> Value:
    """A string made of parts."""
    whole = joined(parts)
    return call.unknown(TOO_LONG) if whole is None else StringValue(whole, call.place)


def _data(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


# -- putting together -----------------------------------------------------------------------------------------------


def _between(separator: Value, listed: Value, call: Call) -> Value:
    if not isinstance(listed, ListValue) or listed.unknowns:
        return call.unknown("a text made of a list that is not known", listed)
    if not isinstance(separator, StringValue):
        return call.unknown("a text between others that is not known", separator)
    parts: list[str | Value] = []
    for index, element in enumerate(listed.elements):
        parts.extend(separator.parts if index else ())
        parts.extend(text_parts(element.force(), call.place, call.evaluator))
    return text_value(parts, call)


_EMPTY = StringValue(())
_NEWLINE = StringValue(("\n",))


@model(2, "concatStringsSep", "join", strict=(0, 1))
def _concat_strings_sep(call: Call) -> Value:
    return _between(call.value(0), call.value(1), call)


@model(1, "concatStrings", strict=(0,))
def _concat_strings(call: Call) -> Value:
    return _between(_EMPTY, call.value(0), call)


@model(3, "concatMapStringsSep", strict=(0, 2))
def _concat_map_strings_sep(call: Call) -> Value:
    return _between(call.value(0), mapped(call.arguments[1], call.list(2), call), call)


@model(2, "concatMapStrings", strict=(1,))
def _concat_map_strings(call: Call) -> Value:
    return _between(_EMPTY, mapped(call.arguments[0], call.list(1), call), call)


@model(3, "concatImapStringsSep", strict=(0, 2))
def _concat_imap_strings_sep(call: Call) -> Value:
    return _between(call.value(0), _numbered(call, 1, 2), call)


@model(2, "concatImapStrings", strict=(1,))
def _concat_imap_strings(call: Call) -> Value:
    return _between(_EMPTY, _numbered(call, 0, 1), call)


def _numbered(call: Call, function: int, index: int) -> Value:
    elements = call.elements(index)
    if elements is None:
        return call.unknown("a list that is not known", call.value(index))
    return ListValue(
        tuple(
            call.applied(call.arguments[function], Known(IntValue(number)), element)
            for number, element in enumerate(elements, 1)
        )
    )


@model(3, "concatMapAttrsStringSep", strict=(0, 2))
def _concat_map_attrs_string_sep(call: Call) -> Value:
    attrs = as_set(call.value(2))
    if attrs.is_open:
        return call.unknown("a text made of a set that is not known", call.value(2))
    texts = [
        call.applied(call.arguments[1], Known(StringValue((name,))), entry.value)
        for name, entry in sorted(attrs.entries.items())
    ]
    return _between(call.value(0), ListValue(tuple(texts)), call)


@model(1, "concatLines", strict=(0,))
def _concat_lines(call: Call) -> Value:
    value = _between(_NEWLINE, call.value(0), call)
    empty = call.elements(0) == ()
    return text_value((*value.parts, "\n"), call) if isinstance(value, StringValue) and not empty else value


@model(2, "intersperse", strict=(1,))
def _intersperse(call: Call) -> Value:
    elements = call.elements(1)
    if elements is None:
        return call.unknown("a list that is not known", call.value(1))
    between: list[Thunk] = []
    for index, element in enumerate(elements):
        between.extend((call.arguments[0], element) if index else (element,))
    return ListValue(tuple(between), (), call.place)


@model(2, "optionalString", strict=(0,))
def _optional_string(call: Call) -> Value:
    condition = call.value(0)
    if isinstance(condition, BoolValue):
        return call.value(1) if condition.value else StringValue((), call.place)
    return call.either(condition, call.arguments[1], Known(StringValue((), call.place)))


@model(2, "makeSearchPath", strict=(0, 1))
def _make_search_path(call: Call) -> Value:
    folder, elements = call.text(0), call.elements(1)
    if folder is None or elements is None:
        return call.unknown("a list that is not known", call.value(1))
    parts: list[str | Value] = []
    for element in elements:
        value = element.force()
        if isinstance(value, NullValue):
            continue
        if isinstance(value, UNSETTLED) and not (isinstance(value, SymbolValue) and value.path[:1] == symbols.PKGS):
            return call.unknown("whether a folder is null", value)
        parts.extend(":" if parts else "")
        parts.extend((*text_parts(value, call.place, call.evaluator), f"/{folder}"))
    return text_value(parts, call)


@plain_model(int, str, names="strings.replicate")
def _replicate(count: int, text: str) -> str:
    if count < 0 or count * len(text) > MAX_TEXT:
        raise Refused
    return text * count


# -- coercion -------------------------------------------------------------------------------------------------------


@model(1, "toString", strict=(0,))
def _to_string(call: Call) -> Value:
    return text_value(_coerced(call.value(0), call), call)


_DEEP = (UnknownValue("a text nested too deeply to work out"),)


@nested(_DEEP)
def _coerced(value: Value, call: Call) -> tuple[str | Value, ...]:
    match value:
        case IntValue(value=number):
            return (str(number),)
        case FloatValue(value=real):
            return (f"{real:f}",)
        case BoolValue(value=truth):
            return ("1",) if truth else ()
        case NullValue():
            return ()
        case PathValue(path=path):
            # Unlike an interpolation, toString does not copy the path to the store.
            return (str(path),)
        case ListValue(elements=elements, unknowns=()):
            parts: list[str | Value] = []
            for index, element in enumerate(elements):
                inner = element.force()
                if isinstance(inner, UNSETTLED) and index < len(elements) - 1:
                    return (value,)  # It may be an empty list, too.
                # Nix leaves out the space after an empty list within a list.
                empty = isinstance(inner, ListValue) and not inner.elements and not inner.unknowns
                parts.extend((*_coerced(inner, call), "" if empty or index == len(elements) - 1 else " "))
            whole = joined(parts)
            return (UnknownValue(TOO_LONG, call.place),) if whole is None else whole
        case _:
            return text_parts(value, call.place, call.evaluator)


@model(1, "unsafeDiscardStringContext", "unsafeDiscardOutputDependency", strict=(0,))
def _without_context(call: Call) -> Value:
    return text_value(text_parts(call.value(0), call.place, call.evaluator), call)


@plain_model(bool, names="boolToString")
def _bool_to_string(truth: bool) -> str:
    return "true" if truth else "false"


@plain_model(bool, names="boolToYesNo")
def _bool_to_yes_no(truth: bool) -> str:
    return "yes" if truth else "no"


@plain_model(str, names="toInt")
def _to_int(text: str) -> int:
    found = re.fullmatch(r"[ \t\n\v\f\r]*(-?[0-9]+)[ \t\n\v\f\r]*", text)
    if found is None or re.fullmatch("0[0-9]+", found[1]):
        raise Refused
    return int(found[1])


@plain_model(str, names="toIntBase10")
def _to_int_base_10(text: str) -> int:
    found = re.fullmatch(r"[ \t\n\v\f\r]*(?:0*+(?=-))?(-?[0-9]+)[ \t\n\v\f\r]*", text)
    if found is None:
        raise Refused
    return int(found[1])


@model(1, "toJSON", strict=(0,))
def _to_json(call: Call) -> Value:
    return _as_json(call.value(0), call)


@model(2, "generators.toJSON", "generators.toYAML", strict=(1,))
def _generated_json(call: Call) -> Value:
    return _as_json(call.value(1), call)


def _as_json(value: Value, call: Call) -> Value:
    try:
        pieces = _Pieces()
        if not _write_json(value, pieces, call):
            return call.unknown(TOO_MUCH)
        return text_value(pieces.texts, call)
    except NotPlain as error:
        return call.unknown("a value that is not known", error.value)


class _Pieces:
    """A text while it is written, which is given up as soon as it is too long."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._length = 0

    def write(self, *texts: str) -> bool:
        """Add to the text; whether it is not too long yet."""
        self.texts.extend(texts)
        METER.budget.took(
            elements=len(texts)
        )  # a value in which each part stands twice has few parts and no end of text
        self._length += sum(map(len, texts))
        return self._length <= MAX_TEXT


@nested(False)
def _write_json(value: Value, pieces: _Pieces, call: Call) -> bool:
    """Write a value as JSON; whether that could be done. Raises :class:`NotPlain` for what is not known."""
    match value:
        case AttrsValue(is_open=False) if "__toString" in value.entries or "outPath" in value.entries:
            parts = joined(text_parts(value, call.place, call.evaluator))
            return parts is not None and _write_json(StringValue(parts), pieces, call)
        case AttrsValue(is_open=False):
            members = ((f"{_json_text(name)}:", entry.value) for name, entry in sorted(value.entries.items()))
            return _write_members("{", members, "}", pieces, call)
        case ListValue(unknowns=()):
            return _write_members("[", (("", element) for element in value.elements), "]", pieces, call)
        case StringValue(text=str() as text):
            return pieces.write(_json_text(text))
        case FloatValue(value=real) if f"{real:g}" != repr(real):
            raise NotPlain(value)  # Releases of Nix differ in how they print it.
        case _:
            import json

            return pieces.write(json.dumps(plain(value)))


def _write_members(
    opening: str, members: Iterable[tuple[str, Thunk]], closing: str, pieces: _Pieces, call: Call
) -> bool:
    pieces.write(opening)
    for index, (label, thunk) in enumerate(members):
        if not pieces.write("," if index else "", label) or not _write_json(thunk.force(), pieces, call):
            return False
    return pieces.write(closing)


def _json_text(text: str) -> str:
    import json

    if re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]", text):
        raise NotPlain(StringValue((text,)))  # Releases of Nix differ in how they escape it.
    return json.dumps(text, ensure_ascii=False)


# -- questions ------------------------------------------------------------------------------------------------------


@model(2, "hasPrefix", strict=(0, 1))
def _has_prefix(call: Call) -> Value:
    prefix, value = call.text(0), call.value(1)
    answer = starts_with(value, prefix) if prefix is not None and isinstance(value, StringValue) else None
    return _answered(answer, call)


@model(2, "hasSuffix", strict=(0, 1))
def _has_suffix(call: Call) -> Value:
    suffix, value = call.text(0), call.value(1)
    if suffix is not None and isinstance(value, PathValue) and "/" not in suffix:
        # A path becomes one of the store, which ends with the name that the path ends with.
        return _answered(value.path.name.endswith(suffix) or None, call)
    answer = ends_with(value, suffix) if suffix is not None and isinstance(value, StringValue) else None
    return _answered(answer, call)


@model(2, "hasInfix", strict=(0, 1))
def _has_infix(call: Call) -> Value:
    infix, value = call.text(0), call.value(1)
    if infix is None or not isinstance(value, StringValue):
        return _answered(None, call)
    if infix == "" or any(isinstance(part, str) and infix in part for part in value.parts):
        return BoolValue(True, call.place)
    return _answered(None if value.text is None else False, call)


def _answered(answer: bool | None, call: Call) -> Value:
    if answer is not None:
        return BoolValue(answer, call.place)
    unknown = call.value(1) if call.text(0) is not None else call.value(0)
    return call.unknown("a text that is not known", unknown)


@plain_model(str, names="stringLength")
def _string_length(text: str) -> int:
    return len(_data(text))


@plain_model(str, names="isValidPosixName")
def _is_valid_posix_name(name: str) -> bool:
    return re.fullmatch("[a-zA-Z_][a-zA-Z0-9_]*", name) is not None


@plain_model(str, str, names="strings.commonPrefixLength")
def _common_prefix_length(left: str, right: str) -> int:
    pairs = list(zip(_data(left), _data(right), strict=False))
    return next((index for index, (one, other) in enumerate(pairs) if one != other), len(pairs))


@model(1, "isStringLike", strict=(0,))
def _is_string_like(call: Call) -> Value:
    value = call.value(0)
    if isinstance(value, (*UNSETTLED, *PROPERTIES)) or (isinstance(value, AttrsValue) and value.is_open):
        return call.unknown("the kind of a value that is not known", value)
    coercible = isinstance(value, AttrsValue) and bool({"outPath", "__toString"} & value.entries.keys())
    return BoolValue(coercible or isinstance(value, StringValue | PathValue), call.place)


# -- parts and replacements -----------------------------------------------------------------------------------------


@plain_model(int, int, str, names="substring")
def _substring(start: int, length: int, text: str) -> str:
    if start < 0:
        raise Refused
    data = _data(text)
    return _text(data[start:] if length < 0 else data[start : start + length])


@plain_model(str, str, names="removePrefix")
def _remove_prefix(prefix: str, text: str) -> str:
    return text.removeprefix(prefix)


@model(2, "removeSuffix", strict=(0, 1))
def _remove_suffix(call: Call) -> Value:
    suffix, value = call.text(0), call.value(1)
    if suffix is None or not isinstance(value, StringValue):
        return call.unknown("a text that is not known", call.value(0 if suffix is None else 1))
    last = value.parts[-1] if value.parts else ""
    ends = ends_with(value, suffix)
    if ends is None:
        return call.unknown("a text that is not known", value)
    if not ends or not isinstance(last, str):
        return value
    return text_value((*value.parts[:-1], last.removesuffix(suffix)), call)


@plain_model(str, names="stringToCharacters")
def _string_to_characters(text: str) -> list[str]:
    data = _data(text)
    if len(data) > MAX_ELEMENTS:
        raise Refused
    return [_text(data[index : index + 1]) for index in range(len(data))]


@model(2, "stringAsChars", strict=(1,))
def _string_as_chars(call: Call) -> Value:
    text = call.text(1)
    if text is None or len(text) > MAX_ELEMENTS:
        return call.unknown("a text that is not known", call.value(1))
    data = _data(text)
    letters = [_text(data[index : index + 1]) for index in range(len(data))]
    made = [call.applied(call.arguments[0], Known(StringValue((letter,)))) for letter in letters]
    return _between(_EMPTY, ListValue(tuple(made)), call)


@plain_model(list, list, str, names="replaceStrings")
def _replace_strings(wanted: list[str], instead: list[str], text: str) -> str:
    return replaced(wanted, instead, text)


@plain_model(str, str, str, names="replaceString")
def _replace_string(wanted: str, instead: str, text: str) -> str:
    return replaced([wanted], [instead], text)


def replaced(wanted: list[str], instead: list[str], text: str) -> str:
    """``replaceStrings``: at each place the first of the texts that stands there; an empty one stands everywhere."""
    if len(wanted) != len(instead):
        raise Refused
    result: list[bytes] = []
    data, index, length = _data(text), 0, 0
    pairs = [(_data(old), _data(new)) for old, new in zip(wanted, instead, strict=True)]
    if len(pairs) * len(data) > _MOST_COMPARISONS:
        raise Refused
    while index <= len(data):
        old, new = next((pair for pair in pairs if data.startswith(pair[0], index)), (b"", b""))
        rest = b"" if old else data[index : index + 1]
        result.extend((new, rest))
        length += len(new) + len(rest)
        index += len(old) or 1
        if length > MAX_TEXT:
            raise Refused
    return _text(b"".join(result))


_MOST_COMPARISONS = 4_000_000
"""How many places times how many texts are looked for at each."""


@plain_model(str, names="toLower")
def _to_lower(text: str) -> str:
    return _text(_data(text).lower())


@plain_model(str, names="toUpper")
def _to_upper(text: str) -> str:
    return _text(_data(text).upper())


@plain_model(str, names="toSentenceCase")
def _to_sentence_case(text: str) -> str:
    data = _data(text)
    return _text(data[:1].upper() + data[1:].lower())


@plain_model(str, names="trim")
def _trim(text: str) -> str:
    return text.strip(" \t\r\n")


@plain_model(object, str, names="trimWith")
def _trim_with(settings: object, text: str) -> str:
    if not isinstance(settings, dict) or not settings.keys() <= {"start", "end"}:
        raise Refused
    text = text.lstrip(" \t\r\n") if settings.get("start") is True else text
    return text.rstrip(" \t\r\n") if settings.get("end") is True else text


@plain_model(int, str, str, names="fixedWidthString")
def _fixed_width_string(width: int, filler: str, text: str) -> str:
    missing = width - len(_data(text))
    size = len(_data(filler))
    if missing < 0 or width > MAX_TEXT or (missing and (not size or missing % size)):
        raise Refused
    return filler * (missing // size if size else 0) + text


@plain_model(int, int, names="fixedWidthNumber")
def _fixed_width_number(width: int, number: int) -> str:
    text = str(number)
    if len(text) > width or width > MAX_TEXT:
        raise Refused
    return "0" * (width - len(text)) + text


@plain_model(str, names="strings.normalizePath")
def _normalize_path(text: str) -> str:
    return re.sub("//+", "/", text)


# -- escaping -------------------------------------------------------------------------------------------------------


@model(1, "escapeShellArg", strict=(0,))
def _escape_shell_arg(call: Call) -> Value:
    return text_value(_shell_word(_coerced(call.value(0), call)), call)


@model(1, "escapeShellArgs", strict=(0,))
def _escape_shell_args(call: Call) -> Value:
    elements = call.elements(0)
    if elements is None:
        return call.unknown("a text made of a list that is not known", call.value(0))
    parts: list[str | Value] = []
    for index, element in enumerate(elements):
        parts.extend((" ",) if index else ())
        parts.extend(_shell_word(_coerced(element.force(), call)))
    return text_value(parts, call)


def _shell_word(parts: tuple[str | Value, ...]) -> tuple[str | Value, ...]:
    whole = joined(parts)
    if whole is None:
        return (UnknownValue(TOO_LONG),)
    if all(isinstance(part, str) for part in whole):
        text = "".join(part for part in whole if isinstance(part, str))
        return (text,) if re.fullmatch(r"[A-Za-z0-9,._+:@%/-]+", text) else ("'", text.replace("'", "'\\''"), "'")
    # Whether a text that is not known needs quotes is not known either.
    return tuple(part for part in whole if not isinstance(part, str))


@plain_model(list, str, names="escape")
def _escape(letters: list[str], text: str) -> str:
    return replaced(letters, [f"\\{letter}" for letter in letters], text)


@plain_model(str, names="escapeRegex")
def _escape_regex(text: str) -> str:
    return re.sub(r"([\\\[{()^$?*+|.])", r"\\\1", text)


@plain_model(str, names="escapeXML")
def _escape_xml(text: str) -> str:
    return replaced(['"', "'", "<", ">", "&"], ["&quot;", "&apos;", "&lt;", "&gt;", "&amp;"], text)


@plain_model(str, names="escapeURL")
def _escape_url(text: str) -> str:
    if not text.isascii():
        raise Refused
    return re.sub("[^A-Za-z0-9_.~-]", lambda found: f"%{ord(found[0]):02X}", text)


@model(1, "strings.escapeNixString", strict=(0,))
def _escape_nix_string(call: Call) -> Value:
    value = _as_json(call.value(0), call)
    text = value.text if isinstance(value, StringValue) else None
    return value if text is None else StringValue((text.replace("$", "\\$"),), call.place)


@model(1, "strings.escapeNixIdentifier", strict=(0,))
def _escape_nix_identifier(call: Call) -> Value:
    text = call.text(0)
    if text is not None and re.fullmatch("[a-zA-Z_][a-zA-Z0-9_'-]*", text) and text not in _NIX_KEYWORDS:
        return call.value(0)
    return _escape_nix_string(call)


# -- versions and names ---------------------------------------------------------------------------------------------


@plain_model(str, names="splitVersion")
def _split_version(version: str) -> list[str]:
    return [_text(part) for part in _COMPONENT.findall(_data(version))]


def _compared(left: str, right: str) -> int:
    parts = [_COMPONENT.findall(_data(version)) for version in (left, right)]
    for index in range(max(len(part) for part in parts)):
        one, other = (part[index] if index < len(part) else b"" for part in parts)
        if _component_before(one, other):
            return -1
        if _component_before(other, one):
            return 1
    return 0


def _component_before(left: bytes, right: bytes) -> bool:
    """Nix, ``componentsLT`` in ``src/libstore/names.cc``."""
    if max(len(left), len(right)) > 9 and (left.isdigit() or right.isdigit()):
        raise Refused  # Where a number does not fit, Nix compares texts.
    if left.isdigit() and right.isdigit():
        return int(left) < int(right)
    if left == b"" and right.isdigit():
        return True
    if left == b"pre":
        return right != b"pre"
    if right == b"pre":
        return False
    if right.isdigit():
        return True
    return False if left.isdigit() else left < right


@plain_model(str, str, names="compareVersions")
def _compare_versions(left: str, right: str) -> int:
    return _compared(left, right)


@plain_model(str, str, names="versionOlder")
def _version_older(left: str, right: str) -> bool:
    return _compared(left, right) < 0


@plain_model(str, str, names="versionAtLeast")
def _version_at_least(left: str, right: str) -> bool:
    return _compared(left, right) >= 0


@plain_model(str, names="parseDrvName")
def _parse_drv_name(name: str) -> dict[str, str]:
    return _parsed_name(name)


def _parsed_name(name: str) -> dict[str, str]:
    for found in re.finditer("-(?=[^A-Za-z])", name):
        return {"name": name[: found.start()], "version": name[found.end() :]}
    return {"name": name, "version": ""}


@plain_model(str, names="getName")
def _get_name(name: str) -> str:
    return _parsed_name(name)["name"]


@plain_model(str, names="getVersion")
def _get_version(name: str) -> str:
    return _parsed_name(name)["version"]


@plain_model(str, str, names="nameFromURL")
def _name_from_url(url: str, separator: str) -> str:
    name = url.split("/")[-1]
    if not separator or separator not in name:
        raise Refused
    return name.split(separator)[0]


@plain_model(str, str, names="hashString")
def _hash_string(algorithm: str, text: str) -> str:
    import hashlib

    if algorithm not in ("md5", "sha1", "sha256", "sha512"):
        raise Refused
    return hashlib.new(algorithm, _data(text), usedforsecurity=False).hexdigest()


@plain_model(str, names="strings.sanitizeDerivationName")
def _sanitize_derivation_name(name: str) -> str:
    if not name.isascii():
        raise Refused
    if len(name) <= 207 and re.fullmatch("[A-Za-z0-9+_?=-][A-Za-z0-9+._?=-]*", name):
        return name
    return re.sub("[^A-Za-z0-9+._?=-]+", "-", name.lstrip("."))[-207:] or "unknown"


# -- regular expressions --------------------------------------------------------------------------------------------


@plain_model(str, str, names="match")
def _match(pattern: str, text: str) -> list[str | None] | None:
    found = _compiled(pattern, text).fullmatch(text)
    if found is None:
        return None
    if found.re.groups and "|" in _ALIKE.sub("", pattern):
        raise Refused  # POSIX takes the longest alternative, Python the first: what the groups hold may differ.
    return list(found.groups())


_ALIKE = re.compile(r"\((?:\w{1}(?:\|\w{1})+|\w{2}(?:\|\w{2})+|\w{3}(?:\|\w{3})+|\w{4}(?:\|\w{4})+)\)(?![*+?{])")
"""Groups of words of one length, of which only one is there at a place."""


@plain_model(str, str, names="split")
def _split(pattern: str, text: str) -> list[object]:
    compiled = _compiled(pattern, text)
    if "|" in pattern or compiled.match(""):
        raise Refused  # See match; and matches of nothing are counted in other ways.
    result: list[object] = []
    end = 0
    for found in compiled.finditer(text):
        result.extend((text[end : found.start()], list(found.groups())))
        end = found.end()
    return [*result, text[end:]]


_CLASSES = {
    "alpha": "a-zA-Z",
    "digit": "0-9",
    "alnum": "a-zA-Z0-9",
    "upper": "A-Z",
    "lower": "a-z",
    "space": r" \t\n\r\f\v",
    "blank": r" \t",
    "punct": r"!-/:-@\[-`{-~",
    "xdigit": "0-9A-Fa-f",
}
"""The classes of POSIX, for ASCII."""
_TOKEN = re.compile(r"\\(.)|\[(\^?)(\]?(?:\[:[a-z]+:\]|[^\]])*+)(\]|\Z)|\{[0-9]+(?:,[0-9]*)?\}|[^\\\[]", re.DOTALL)


_MAX_SEARCHED, _MAX_SEARCHED_NESTED = 20_000, 16
"""How long a text may be in which an expression is sought: with repetitions of repetitions the time may double with
each letter."""
_MAX_ATTEMPTS = 2_000_000
"""How many ways there may be to share out a text among the repetitions of an expression."""
_ATTEMPTS_A_VISIT = 500


def _bounded_search(pattern: str, text: str) -> bool:
    """Whether a search ends soon however it goes: it may try each way in which repetitions share out the text."""
    count, is_nested = _repetitions(pattern)
    attempts = len(text) ** min(count, 8)
    if len(text) > (_MAX_SEARCHED_NESTED if is_nested else _MAX_SEARCHED) or (attempts > _MAX_ATTEMPTS and count > 1):
        return False
    METER.budget.took(visits=min(attempts, _MAX_ATTEMPTS) // _ATTEMPTS_A_VISIT)
    return True


def _repetitions(pattern: str) -> tuple[int, bool]:
    """How many repetitions there are in an expression, and whether one stands within another."""
    count, is_nested = 0, False
    holds_one = [False]
    closed = False
    for token in _TOKEN.finditer(pattern):
        first = token[0][0]
        if first in "?*+{":
            count += 1
            is_nested |= closed
            holds_one[-1] = True
        closed = False
        if first == "(":
            holds_one.append(False)
        elif first == ")" and len(holds_one) > 1:
            closed = holds_one.pop()
            holds_one[-1] |= closed
    return count, is_nested


def _compiled(pattern: str, text: str) -> re.Pattern[str]:
    """A POSIX extended regular expression as one of Python. Raises :class:`Refused` for what is not surely the same."""
    if not pattern.isascii() or not text.isascii() or not _bounded_search(pattern, text):
        raise Refused
    result: list[str] = []
    end = 0
    for token in _TOKEN.finditer(pattern):
        if token.start() != end:
            raise Refused
        end = token.end()
        if token[1] is not None:
            if token[1].isalnum():
                raise Refused
            result.append(re.escape(token[1]))
        elif token[4] == "":  # a bracket that nothing closes
            raise Refused
        elif token[3] is not None:
            result.append(f"[{token[2]}{_bracket(token[3])}]")
        elif token[0] == ".":
            result.append(r"[\s\S]")
        elif token[0][0] in "?*+{" and (token[0] == "{" or not result or result[-1][0] in "?*+{(|"):
            raise Refused
        elif token[0] == "$":
            result.append(r"\Z")
        else:
            result.append(token[0])
    if end != len(pattern):
        raise Refused
    try:
        return re.compile("".join(result))
    except re.error as error:
        raise Refused from error


def _bracket(members: str) -> str:
    if "[." in members or "[=" in members:
        raise Refused
    pieces = re.split(r"\[:([a-z]+):\]", members)
    if any(name not in _CLASSES for name in pieces[1::2]):
        raise Refused
    return "".join(
        _CLASSES[piece] if index % 2 else re.sub(r"([\\\[\]^&~|])", r"\\\1", piece)
        for index, piece in enumerate(pieces)
    )


# -- kinds ----------------------------------------------------------------------------------------------------------

_KINDS: dict[str, tuple[type, ...]] = {
    "builtins.isNull": (NullValue,),
    "isBool": (BoolValue,),
    "isInt": (IntValue,),
    "isFloat": (FloatValue,),
    "isString": (StringValue,),
    "isPath": (PathValue,),
    "isList": (ListValue,),
    "isAttrs": (AttrsValue, *PROPERTIES),
    "builtins.isFunction": (FunctionValue, PrimitiveValue),
}
_TYPES = {
    "builtins.isNull": "null",
    "isBool": "bool",
    "isInt": "int",
    "isFloat": "float",
    "isString": "string",
    "isPath": "path",
    "isList": "list",
    "isAttrs": "set",
    "builtins.isFunction": "lambda",
}


def _register_kinds() -> None:
    for name, kinds in _KINDS.items():

        def is_kind(call: Call, kinds: tuple[type, ...] = kinds) -> Value:
            value = call.value(0)
            if isinstance(value, UNSETTLED):
                return call.unknown("the kind of a value that is not known", value)
            return BoolValue(isinstance(value, kinds), call.place)

        model(1, name, strict=(0,))(is_kind)


_register_kinds()


@model(1, "typeOf", strict=(0,))
def _type_of(call: Call) -> Value:
    value = call.value(0)
    name = next((name for name, kinds in _KINDS.items() if isinstance(value, kinds)), None)
    if name is None:
        return call.unknown("the kind of a value that is not known", value)
    return StringValue((_TYPES[name],), call.place)
