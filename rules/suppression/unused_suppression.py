"""A comment that suppresses nothing."""

from __future__ import annotations

from collections.abc import Iterator

from nixlint.rule import (
    Bad,
    Confidence,
    FileEdit,
    Finding,
    Fix,
    Good,
    Repository,
    Rule,
    Safety,
    Severity,
    UnusedSuppression,
)


class UnusedSuppressionRule(Rule[UnusedSuppression]):
    """A comment `nixlint: ignore[…]` that suppresses nothing.

    ## What it finds

    A rule in a suppressing comment that finds nothing there, or that does not exist.

    ## Why it matters

    The comment outlived its reason. It would hide the next finding on that line, and it tells readers of a danger
    that is gone.

    ## What to do

    Remove it: `nixlint fix` does in Nix files.

    ## What keeps it silent

    - A run that does not see the whole repository, or in which a file or a rule failed: what the comment is there for
      may be in what was not seen.
    - Rules that are switched off.

    ## References

    - [Suppressing findings](../configuration.md#suppressing-a-finding)
    """

    name = "unused-suppression"
    code = "NL011"
    severity = Severity.WARNING
    confidence = Confidence.CERTAIN
    asks = (UnusedSuppression,)

    def check(self, subject: UnusedSuppression, _repository: Repository) -> Iterator[Finding]:
        """Report a rule that a comment names in vain."""
        problem = "finds nothing to suppress here" if subject.exists else f"does not exist{subject.suggestion}"
        message = f"the rule {subject.rule} {problem}"
        yield Finding(
            subject.place, message, "remove it from the comment", evidence=subject.rule, fix=_removal(subject)
        )

    examples = (
        Bad(
            "the container has a state version by now",
            """\
{
  # nixlint: ignore[«container-missing-state-version»] it is new
  containers.web.config.system.stateVersion = "26.05";
}
""",
            fixed="""\
{
  containers.web.config.system.stateVersion = "26.05";
}
""",
        ),
        Bad(
            "a rule that does not exist",
            """\
{
  services.nginx.enable = true; # nixlint: ignore[«no-such-rule»]
}
""",
            fixed="""\
{
  services.nginx.enable = true;
}
""",
        ),
        Good(
            "it suppresses a finding",
            """\
{
  # nixlint: ignore[container-missing-state-version] it keeps no data
  containers.web = { config = { }; };
}
""",
        ),
    )


def _removal(subject: UnusedSuppression) -> Fix | None:
    if subject.removal is None:
        return None
    edit = FileEdit(subject.place.path, subject.removal)
    return Fix(Safety.SAFE, f"Remove {subject.rule} from the comment", (edit,), removes_comments=True)
