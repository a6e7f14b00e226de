"""When a container is started, seen as well, started again and stopped: restart, health check, dependencies, hooks."""

from __future__ import annotations

import math
from collections.abc import Iterable

from nixlint.compose.model import duration_of
from nixlint.compose.node import Node, Scalar, Sequence, text_of
from nixlint.containers.languages.duration import format_duration
from nixlint.containers.languages.environment_files import fits_unit
from nixlint.deployment.parts import Dependency, HealthCheck, Hook, Restart, Variable

from .key_reader import KeyReader
from .process import command_of
from .secret_words import SecretWords, Word, hidden_in, in_script, in_shell, script_index, shown

_SECOND = 1_000_000_000
_CONDITIONS = {
    "service_started": "started",
    "service_healthy": "healthy",
    "service_completed_successfully": "completed",
}
_TIMINGS = {
    "interval": "--health-interval",
    "timeout": "--health-timeout",
    "start_period": "--health-start-period",
    "start_interval": "--health-start-interval",
}


def restart_of(keys: KeyReader, deploy: KeyReader | None) -> Restart:
    """The restart policy: that of ``deploy`` wins, as with Compose."""
    text = keys.text("restart") or "no"
    policy = deploy.child("restart_policy") if deploy is not None else None
    if policy is not None:
        if "restart" in keys:
            message = f"'{text}': the policy in deploy wins"
            keys.approximated(keys.path("restart"), message, keys.place("restart"))
        return _deploy_restart(policy)
    name, _, attempts = text.partition(":")
    match name:
        case "always" | "unless-stopped":
            return Restart("always")
        case "on-failure":
            return Restart("on-failure", _limit(int(attempts)) if attempts.isdecimal() else None)
        case "no":
            return Restart("no")
        case _:
            keys.approximated(
                keys.path("restart"), f"'{text}' is not a restart policy: treated as no", keys.place("restart")
            )
            return Restart("no")


def _deploy_restart(policy: KeyReader) -> Restart:
    condition = policy.text("condition") or "any"
    attempts = _limit(policy.number("max_attempts"))
    delay, window = _seconds(policy, "delay"), _seconds(policy, "window")
    if window is not None and attempts is None:
        message = f"{window:g} s: without max_attempts there is nothing to count in it"
        policy.approximated(policy.path("window"), message, policy.place("window"))
    match condition:
        case "none":
            return Restart("no")
        case "on-failure":
            return Restart("on-failure", attempts, delay, window)
        case _:
            if condition != "any":
                message = f"'{condition}' is not one of none, on-failure and any: treated as any"
                policy.approximated(policy.path("condition"), message, policy.place("condition"))
            return Restart("always", attempts, delay, window)


def _limit(attempts: int | None) -> int | None:
    """How often a container is restarted; for Docker zero is no limit (``MaximumRetryCount`` of its API)."""
    return attempts or None


def _seconds(keys: KeyReader, name: str) -> float | None:
    node = keys.node_of(name)
    return None if node is None else duration_of(node, keys.path(name)) / _SECOND


def stop_seconds_of(keys: KeyReader) -> int | None:
    """How long a container may take to stop, in whole seconds."""
    seconds = _seconds(keys, "stop_grace_period")
    return None if seconds is None else math.ceil(seconds)


def health_of(keys: KeyReader, secrets: SecretWords) -> HealthCheck | None:
    """The health check of a service; ``secrets`` finds those in its words."""
    check = keys.child("healthcheck")
    if check is None:
        return None
    place = keys.place("healthcheck")
    words = _test(check, secrets)
    if check.flag("disable") or words[:1] == ("NONE",):
        words = ("NONE",)
    timings: list[tuple[str, str]] = []
    seconds = {"interval": 30.0, "timeout": 30.0, "start_period": 0.0}
    for name, flag in _TIMINGS.items():
        node = check.node_of(name)
        if node is not None:
            nanoseconds = duration_of(node, check.path(name))
            seconds[name] = nanoseconds / _SECOND
            timings.append((flag, format_duration(nanoseconds)))
    retries = check.number("retries")
    if retries is not None:
        timings.append(("--health-retries", str(retries)))
    budget = seconds["start_period"] + (seconds["interval"] + seconds["timeout"]) * (retries or 3)
    return HealthCheck(words, tuple(timings), math.ceil(budget), place)


def _test(check: KeyReader, secrets: SecretWords) -> tuple[str, ...]:
    """The words of the test. A secret in it is taken from a variable, by the container's shell."""
    node = check.node.get("test")
    kind, words = _words_of_test(node, secrets)
    hidden = [each for word in words for each in hidden_in(word)]
    if not hidden:
        if isinstance(node, Scalar):
            return ("CMD-SHELL", check.text("test") or "")
        return tuple(word for word, _ in check.texts("test"))
    check.read_whole("test")
    names = secrets.need(hidden)
    message = f"the secret in it is taken from {names}, by the container's shell"
    check.approximated(check.path("test"), message, check.place("test"))
    if kind == "CMD-SHELL":
        return ("CMD-SHELL", " ".join(in_script(word) or shown(word) for word in words))
    return ("CMD-SHELL", " ".join(in_shell(word) for word in words))


def _words_of_test(node: Node | None, secrets: SecretWords) -> tuple[str, tuple[Word, ...]]:
    """How a test is run, and what is run."""
    if isinstance(node, Scalar):
        return "CMD-SHELL", (secrets.of_script(node),)
    if not isinstance(node, Sequence) or not node.items:
        return "", ()
    kind = text_of(node.items[0].value) if isinstance(node.items[0], Scalar) else ""
    if kind == "CMD-SHELL":
        return kind, tuple(secrets.of_script(item) for item in node.items[1:] if isinstance(item, Scalar))
    (words,) = secrets.of_command(Sequence(node.items[1:], node.place))
    return kind, words


def dependencies_of(keys: KeyReader, containers: dict[str, tuple[str, ...]]) -> tuple[Dependency, ...]:
    """What a service waits for; ``containers`` are the names of the containers of each service."""
    found: list[Dependency] = []
    for name, dependency in keys.children("depends_on"):
        condition = _CONDITIONS.get(dependency.text("condition") or "service_started", "started")
        is_required = dependency.flag("required") is not False
        restarts = bool(dependency.flag("restart"))
        found += [
            Dependency(container, condition, is_required, restarts, dependency.node.place)
            for container in containers.get(name, ())
        ]
    for text, place in keys.texts("links"):
        keys.approximated(keys.path("links"), f"{text}: the name is an alias in the networks of both", place)
    return tuple(found)


def link_aliases(keys: KeyReader) -> tuple[tuple[str, str], ...]:
    """The services that a service links to under another name: the service and the name."""
    parts = (text.partition(":") for text, _ in keys.texts("links"))
    return tuple((name, alias) for name, _, alias in parts if alias and alias != name)


_OF_ENGINES = ("CONTAINER", "DOCKER", "PODMAN", "REGISTRY")
"""How names begin that the engines' own commands obey (podman(1), docker(1), 'Environment Variables')."""


def hooks_of(keys: KeyReader, secrets: SecretWords, variables: Iterable[Variable]) -> tuple[Hook, ...]:
    """Commands that are run in the container after its start and before its stop; ``secrets`` finds those in their words.

    A secret variable of a hook is one of the unit, unless that has another of its name, for the container's ``variables``.
    """
    hooks: list[Hook] = []
    taken = {each.name: each.value for each in variables}

    def fits(name: str, value: str) -> bool:
        return fits_unit(name, value) and not name.startswith(_OF_ENGINES) and taken.get(name, value) == value

    for moment in ("post_start", "pre_stop"):
        for hook in keys.elements(moment):
            flags: list[str] = []
            user, folder = hook.text("user"), hook.text("working_dir")
            flags += ["--user", user] if user else []
            flags += ["--workdir", folder] if folder else []
            flags += ["--privileged"] if hook.flag("privileged") else []
            passed = hook.secret_pairs("environment", fits)
            taken |= dict(passed)
            for name, _ in passed:
                flags += ["--env", name]
            for name, value, _ in hook.shown_pairs("environment"):
                flags += ["--env", f"{name}={value}" if value else name]
            words = _hook_words(hook, secrets)
            if words is not None:
                hooks.append(Hook(moment, tuple(flags), words, hook.node.place, passed))
    for hook in keys.elements("pre_start"):
        hook.needs_you(hook.key, "write a unit of its own that runs before the container", hook.node.place)
        for name in hook.node.entries:
            hook.dropped(name, "it belongs to a hook that runs before the start")
    return tuple(hooks)


def _hook_words(hook: KeyReader, secrets: SecretWords) -> tuple[str, ...] | None:
    """The words of a hook's command; ``None`` where a secret is in one and no shell takes it from a variable."""
    (words,) = secrets.of_command(hook.node.get("command"))
    hidden = [each for word in words for each in hidden_in(word)]
    if not hidden:
        return command_of(hook, "command") or ()
    hook.read_whole("command")
    names = secrets.need(hidden)
    index = script_index("".join(part for part in word if isinstance(part, str)) for word in words)
    script = None if index is None else in_script(words[index])
    if script is None or any(hidden_in(word) for position, word in enumerate(words) if position != index):
        message = f"the secret {names} is an argument here, and would be in the store: the command is not run"
        hook.needs_you(hook.path("command"), message, hook.place("command"), incomplete=True)
        return None
    message = f"the secret in it is taken from {names}, by the shell that it runs"
    hook.approximated(hook.path("command"), message, hook.place("command"))
    return tuple(script if position == index else "".join(map(str, word)) for position, word in enumerate(words))
