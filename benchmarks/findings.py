"""Print what is found in repositories for a person to read, keep what the person decided, and show what a change turned.

    python benchmarks/findings.py [--read 30] [--seed 0] [--run FILE] [--before FILE] FOLDER...
    python benchmarks/findings.py --judge < LINES

Each folder is one repository; its name is the folder's. Of each rule it prints how many findings there are, how they were
judged so far, and a sample of those that nobody has read: the place, the message, and the line that judges it. The sample of
a seed is the same whatever else is found.

A verdict is a line ``repository rule fingerprint verdict cause``, separated by tabs, in ``benchmarks/verdicts.tsv``
(``--verdicts``): ``right``, ``wrong`` (what it says is not so), or ``unwanted`` (it is so, and nobody wants to hear it), and
in a few words the kind of cause. It holds no value and no text of a repository. ``--judge`` adds the lines of standard input
to it, and takes none that is malformed.

``--run`` keeps the findings of a run, as fingerprints; ``--before`` compares with one: which findings with a verdict
vanished, which came back, and how many are new. Ends with 1 where a finding that is right vanished or one that is not
came back.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

VERDICTS = Path(__file__).with_name("verdicts.tsv")
RIGHT, WRONG, UNWANTED = "right", "wrong", "unwanted"
WORDS = (RIGHT, WRONG, UNWANTED)


class Identity(NamedTuple):
    """What makes a finding the same one from run to run."""

    repository: str
    rule: str
    fingerprint: str


class Found(NamedTuple):
    """A finding of one run."""

    identity: Identity
    place: str
    message: str


class Verdict(NamedTuple):
    """What a person who read a finding decided; ``cause`` says in a few words why it is not right."""

    word: str
    cause: str


class Turned(NamedTuple):
    """What differs between two runs."""

    vanished: tuple[Identity, ...]
    """Findings with a verdict that are no longer there."""
    returned: tuple[Identity, ...]
    """Findings with a verdict that were not there before."""
    new: tuple[Identity, ...]
    """Findings without a verdict that were not there before."""


class MalformedVerdictError(ValueError):
    """A line that is no verdict."""


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER")
    parser.add_argument("--read", type=int, default=30, help="how many findings of a rule are to be read")
    parser.add_argument("--seed", default="0")
    parser.add_argument("--verdicts", type=Path, default=VERDICTS)
    parser.add_argument("--judge", action="store_true")
    parser.add_argument("--run", type=Path)
    parser.add_argument("--before", type=Path)
    options = parser.parse_args(arguments)
    verdicts = parse_verdicts(options.verdicts.read_text().splitlines()) if options.verdicts.exists() else {}
    if options.judge:
        options.verdicts.write_text(verdict_text({**verdicts, **parse_verdicts(sys.stdin)}))
        return 0
    findings = [found for folder in options.folders for found in findings_of(folder.resolve())]
    print("\n".join(reading_list(findings, verdicts, options.read, options.seed)))
    identities = [found.identity for found in findings]
    if options.run is not None:
        options.run.write_text("".join("\t".join(identity) + "\n" for identity in sorted(identities)))
    if options.before is None:
        return 0
    before = [Identity(*line.split("\t")) for line in options.before.read_text().splitlines()]
    turned = turned_by(before, identities, verdicts)
    print("\n".join(turned_lines(turned, verdicts)))
    return int(is_worse(turned, verdicts))


def findings_of(folder: Path) -> Iterator[Found]:
    """Check a repository with all its default rules; a run that fails is no run without findings."""
    command = [sys.executable, "-m", "nixlint", "check", "--isolated", "--no-cache", "--format", "json", "."]
    run = subprocess.run(command, cwd=folder, capture_output=True, check=False, env={**os.environ, "NO_COLOR": "1"})
    try:
        report = json.loads(run.stdout)
    except ValueError:
        raise SystemExit(f"{folder}: no report, exit status {run.returncode}") from None
    for finding in report["findings"]:
        if not finding["suppressed"]:
            identity = Identity(folder.name, finding["rule"], finding["fingerprint"])
            place = f"{finding['file']}:{finding['start']['line']}:{finding['start']['column']}"
            yield Found(identity, place, f"{finding['severity']}, {finding['confidence']}: {finding['message']}")


def parse_verdicts(lines: Iterable[str]) -> dict[Identity, Verdict]:
    """The verdicts of lines; the last one of a finding counts."""
    verdicts = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        fields = line.rstrip("\n").split("\t")
        if len(fields) not in (4, 5) or not all(fields[:4]):
            raise MalformedVerdictError(
                f"line {number}: expected repository, rule, fingerprint, verdict and cause, with tabs between"
            )
        word, cause = fields[3], fields[4] if len(fields) == 5 else ""
        if word not in WORDS:
            raise MalformedVerdictError(f"line {number}: the verdict is none of {', '.join(WORDS)}")
        if word != RIGHT and not cause:
            raise MalformedVerdictError(f"line {number}: what is not right needs its cause")
        verdicts[Identity(*fields[:3])] = Verdict(word, cause)
    return verdicts


def verdict_text(verdicts: Mapping[Identity, Verdict]) -> str:
    """The file of verdicts, in an order that makes changes easy to read."""
    return "".join("\t".join((*identity, *verdicts[identity])).rstrip("\t") + "\n" for identity in sorted(verdicts))


def sample(findings: Iterable[Found], count: int, seed: str) -> list[Found]:
    """Some findings: which ones depends on the seed and on each finding by itself, so that others don't change it."""
    return sorted(findings, key=lambda found: sha256("\0".join((seed, *found.identity)).encode()).digest())[:count]


def reading_list(
    findings: Sequence[Found], verdicts: Mapping[Identity, Verdict], count: int, seed: str
) -> Iterator[str]:
    """For each rule its figures, and what is still to be read of its sample."""
    for rule in sorted({found.identity.rule for found in findings}):
        of_rule = [found for found in findings if found.identity.rule == rule]
        words = Counter(verdicts[found.identity].word for found in of_rule if found.identity in verdicts)
        repositories = len({found.identity.repository for found in of_rule})
        judged = ", ".join(f"{words[word]} {word}" for word in WORDS)
        yield f"{rule}: {len(of_rule)} findings in {repositories} repositories; {judged}"
        for found in sample(of_rule, count, seed):
            if found.identity not in verdicts:
                yield f"  {found.identity.repository}/{found.place}: {found.message}"
                yield "\t".join((*found.identity, "?"))


def turned_by(before: Iterable[Identity], after: Iterable[Identity], verdicts: Mapping[Identity, Verdict]) -> Turned:
    """What a change turned."""
    old, new = set(before), set(after)
    return Turned(
        vanished=tuple(sorted(identity for identity in old - new if identity in verdicts)),
        returned=tuple(sorted(identity for identity in new - old if identity in verdicts)),
        new=tuple(sorted(identity for identity in new - old if identity not in verdicts)),
    )


def turned_lines(turned: Turned, verdicts: Mapping[Identity, Verdict]) -> Iterator[str]:
    """A line for each verdict that was turned, and one for what has none."""
    for what, identities in (("vanished", turned.vanished), ("returned", turned.returned)):
        for identity in identities:
            yield f"{what}: {verdicts[identity].word}: {' '.join(identity)}"
    yield f"{len(turned.vanished)} vanished, {len(turned.returned)} returned, {len(turned.new)} new without a verdict"


def is_worse(turned: Turned, verdicts: Mapping[Identity, Verdict]) -> bool:
    """Whether a right finding vanished, or one that is not right came back."""
    lost = any(verdicts[identity].word == RIGHT for identity in turned.vanished)
    return lost or any(verdicts[identity].word != RIGHT for identity in turned.returned)


if __name__ == "__main__":
    sys.exit(main())
