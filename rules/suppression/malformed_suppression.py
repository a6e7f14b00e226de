"""A comment that means to suppress something and does not."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.rule import Bad, Confidence, Finding, Good, MalformedDirective, Repository, Rule, Severity


class MalformedSuppression(Rule[MalformedDirective]):
    """A comment that starts with `nixlint:` is not a suppression that nixlint understands.

    ## What it finds

    Comments such as `# nixlint: ignore` without a rule, or `# nixlint: disable[…]`.

    ## Why it matters

    The author believes that the finding is suppressed.

    ## What to do

    Write `# nixlint: ignore[rule] reason`, or `# nixlint: ignore-file[rule] reason` for a whole file.

    ## What keeps it silent

    - Comments in which `nixlint:` does not come first.

    ## References

    - [Suppressing findings](../configuration.md#suppressing-a-finding)
    """

    name = "malformed-suppression"
    code = "NL012"
    severity = Severity.WARNING
    confidence = Confidence.CERTAIN
    asks = (MalformedDirective,)

    def check(self, subject: MalformedDirective, _repository: Repository) -> Iterator[Finding]:
        """Report the comment."""
        yield Finding(subject.place, subject.message, subject.help)

    examples = (
        Bad("no rule is named", "{\n  services.nginx.enable = true; # «nixlint: ignore» it is fine\n}\n"),
        Bad("a word that does not exist", "# «nixlint: disable[syntax-error]»\n{ }\n"),
        Good("a comment about nixlint", "# Checked with nixlint: it found nothing.\n{ }\n"),
    )
