"""What makes a finding the same one from run to run."""

from __future__ import annotations

from nixlint.linting.finding import Finding


def identity(rule: str, path: str, finding: Finding) -> tuple[str, ...]:
    """What a finding is about, without where it stands in its file and without prose: a path relative to the repository,
    the rule, the option, the container and the evidence."""
    return (rule, path, finding.option or "", finding.container or "", finding.evidence)


def fingerprint(identity: tuple[str, ...], ordinal: int) -> str:
    """A short text for an identity; ``ordinal`` counts the findings of a file that share it."""
    from hashlib import sha256

    return sha256("\0".join((*identity, str(ordinal))).encode("utf-8", "surrogateescape")).hexdigest()[:16]
