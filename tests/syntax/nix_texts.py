"""Random texts that are Nix, or nearly, for comparing verdicts: every production of the grammar, then slips of the hand."""

from __future__ import annotations

from random import Random

_TOKENS = (
    "a b x.y c or { } { } [ ] ( ) rec let in with assert if then else inherit ; ; = = : @ , ? ... . + - * / // ++ == != < > "
    '<= >= && || -> ! 1 1.5 .5 1e3 "a" "${a}" \'\'b\'\' ${a} ${"a"} ./a ./a/ a/b /a ~/a <a/b> http://x x:y a/${b} ~/${a} '
    "./a//b __curPos \" '' ${ $ # /* */ \n \r \\ ' ~ & | $$ ''' ''$ ''\\ \\${ \x0c \t é"
).split(" ")
_EXPRESSIONS = (
    "a|b|1|1.5|\"s\"|''t''|./p|x.y|x.y or z|{ }|[ ]|(a)|a: b|{ a, b }: c|{ a ? 1, ... }: c|z@{ a, }: c|{ a }@z: c|"
    "rec { a = 1; }|let a = 1; in a|let { body = 1; }|if a then b else c|with a; b|assert a; b|a + b|a == b|a < b|a ? b|"
    "a ? b.c|!a|-a|a // b|a ++ b|a -> b|f x|map or [ ]|http://x|<n>|\"${a}\"|''${a}''|./${a}|x.\"y\"|x.${y}|{ a = 1; }|"
    '{ a.b = 1; }|{ a = { b = 1; }; }|{ inherit a; }|{ inherit (a) b; }|{ ${a} = 1; }|{ "a" = 1; a.c = 2; }|a //b|f a//b'
).split("|")
_NAMES = ("a", "b", "c", "a", "b", '"a"', '${"a"}', "${a}", '"${a}"', "or", "${''a''}", '${("b")}')


def nix_text(random: Random) -> bytes:
    """One text."""
    kind = random.random()
    if kind < 0.1:
        return random.choice((" ", "", " ")).join(random.choices(_TOKENS, k=random.randrange(1, 9))).encode()
    text = _expression(random, random.randrange(1, 4))
    return (_with_slips(random, text) if kind < 0.5 else text).encode()


def _with_slips(random: Random, text: str) -> str:
    characters = list(text)
    for _ in range(random.randrange(3)):
        place = random.randrange(len(characters) + 1)
        slip = random.randrange(3)
        if slip == 0:
            del characters[place : place + 1]
        elif slip == 1:
            characters.insert(place, random.choice(_TOKENS))
        else:
            characters[place : place + 1] = random.choice("ab .;:{}()[]=\"'$/-+,?@\n")
    return "".join(characters)


def _expression(random: Random, depth: int) -> str:
    def inner() -> str:
        return _expression(random, depth - 1)

    def some(limit: int) -> str:
        return " ".join(inner() for _ in range(random.randrange(limit)))

    def bindings() -> str:
        return " ".join(_binding(random, depth - 1) for _ in range(random.randrange(4)))

    if depth <= 0 or random.random() < 0.3:
        return random.choice(_EXPRESSIONS)
    match random.randrange(14):
        case 0:
            operators = " | + | - |*| / | // |//| ++ | == | != | < | <= | > | && | || | -> | ? |-|/|+| or |.".split("|")
            return inner() + random.choice(operators) + inner()
        case 1:
            return f"({inner()})"
        case 2:
            return f"[{some(4)}]"
        case 3 | 4 | 5:
            return random.choice(("", "rec ", "let ")) + "{ " + bindings() + " }"
        case 6:
            return f"let {bindings()} in {inner()}"
        case 7:
            formals = "{" + _formals(random, depth) + "}"
            return random.choice(("a: ", "a:", "a :", f"{formals}: ", f"{formals} @ a: ", f"a@{formals}:")) + inner()
        case 8:
            return f"if {inner()} then {inner()} else {inner()}"
        case 9:
            return f"{random.choice(('with', 'assert'))} {inner()}; {inner()}"
        case 10:
            return random.choice("!-") + inner()
        case 11:
            pieces = ["a", "$", "\\", '\\"', "${" + inner() + "}", "'", "''"]
            return '"' + "".join(random.choices(pieces, k=3)) + '"'
        case 12:
            pieces = ["a", "$", "\\", "'''", "${" + inner() + "}", "'", "''$", "''\\'", "\n ", "''\\"]
            return "''" + "".join(random.choices(pieces, k=4)) + "''"
        case _:
            start = random.choice(("./", "a/", "./a", "~/", "/", "./a/", "a"))
            return start + "".join(random.choices(["${" + inner() + "}", "a", "/", "/b"], k=3))


def _binding(random: Random, depth: int) -> str:
    names = " ".join(random.choices(_NAMES, k=random.randrange(3)))
    match random.randrange(8):
        case 0:
            return f"inherit {names};"
        case 1:
            return f"inherit ({_expression(random, depth - 1)}) {names};"
        case _:
            path = ".".join(random.choices(_NAMES, k=random.choice((1, 1, 2, 2, 3))))
            return path + random.choice((" = ", "=")) + _expression(random, depth - 1) + ";"


def _formals(random: Random, depth: int) -> str:
    names = ("a", "b", "c", "d", "a ? " + _expression(random, depth - 1), "or", "b?a")
    return ", ".join(random.choices(names, k=random.randrange(4))) + random.choice(
        ("", "", ",", ", ...", "...", ",...")
    )
