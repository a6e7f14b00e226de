"""How a text becomes a comment: the one place that does it.

A comment of Nix ends at a line feed or a carriage return (``src/libexpr/lexer.l``), one of YAML also at U+0085, U+2028 and
U+2029 (YAML 1.1, 5.4), and a reader's eye at whatever an editor breaks lines at. None of them gets into a comment, nor
does a character that changes how others are shown (Unicode Technical Report 36, 'Bidirectional Text Spoofing').
"""

from __future__ import annotations

import unicodedata


def comment_line(text: str) -> str:
    """A comment that means the text, on one line. What is no character of a line is a blank, what hides is spelt out."""
    return f"# {''.join(map(_plain, text))}".rstrip()


def _plain(character: str) -> str:
    if " " <= character <= "~" or character == "\t":
        return character
    match unicodedata.category(character):
        case "Cc" | "Zl" | "Zp":
            return " "
        case "Cf" | "Cs":
            return f"\\u{{{ord(character):x}}}"
        case _:
            return character
