"""A conversion ends before a byte is written where its module would not be what was meant."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from nixlint.compose.problem import ComposeError
from nixlint.conversion.proof import prove
from nixlint.deployment.parts import DeployedContainer, Variable
from nixlint.emit import layout
from nixlint.emit.expression import AttrSet, Call, Entry, ListOf, Literal, Module, Select, Template, Text, Unwritable
from nixlint.emit.layout import render
from nixlint.emit.secret_places import secret_variables
from nixlint.syntax.place import Place
from nixlint.syntax.span import Span
from tests.compose.converting import converted

MEANT = Module(
    ("config", "lib"),
    AttrSet(
        (
            Entry(("a", "b"), Text("x${y}")),
            Entry(("a", "c"), ListOf.of([Text("1"), Literal(2)])),
            Entry(("d",), Call(Select("lib", ("mkForce",)), (Template(("v", Select("config", ("e", "f.g")), "w")),))),
        )
    ),
)


def test_what_was_meant_passes() -> None:
    prove([("default.nix", MEANT, render(MEANT))])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (r"x\${y}", "x${y}"),
        (r"x\${y}", "x"),
        ('"1"', '"1" "3"'),
        ("2", "3"),
        ("mkForce", "mkBefore config"),
        ('"f.g"', "f.g"),
        ("v$", "$"),
        ("w", ""),
        ("a.b", "a.z"),
        ("d = ", "e = 1; d = "),
        ("a.c", "a.b"),
        ("{ config", "{ config config"),
        ("a.b = ", "a.b = config // "),
    ],
)
def test_whatever_else_the_text_says_is_found(old: str, new: str) -> None:
    text = render(MEANT)
    assert old in text
    with pytest.raises(ComposeError, match="would not be what was meant"):
        prove([("default.nix", MEANT, text.replace(old, new, 1))])


HOSTILE = {
    "a string that is not escaped": ("encode", lambda text: f'"{text}"'),
    "a name that is not quoted": ("attr_name_literal", str),
    "a comment that ends early": ("comment_line", lambda text: f"# {text}"),
}


@pytest.mark.parametrize("fault", HOSTILE)
def test_a_fault_of_the_encoder_ends_a_conversion(fault: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    name, broken = HOSTILE[fault]
    text = (
        "services:\n  web:\n    image: x/y\n    expose: [ # see\r// (import ./e.nix)\n '80' ]\n"
        "    labels: { 'a.b${c}': 'd', e: '${d:-}$${builtins.currentTime}' }\n"
    )
    converted(text, tmp_path)
    monkeypatch.setattr(layout, name, _as_function(broken))
    with pytest.raises(ComposeError, match="nothing is written"):
        converted(text, tmp_path)


def _as_function(broken: object) -> Callable[[str], str]:
    assert callable(broken)
    return broken


@pytest.mark.parametrize(
    "text",
    [
        "services: { a: { image: x, container_name: same }, b: { image: x, container_name: same } }\n",
        "name: app\nservices: { db: { image: x }, b: { image: x, container_name: proj-db } }\n",
        "services: { web: { image: x, scale: 2 }, web-1: { image: x } }\n",
    ],
)
def test_two_containers_of_one_name_are_an_error(text: str, tmp_path: Path) -> None:
    with pytest.raises(ComposeError, match="both make a container named") as found:
        converted(text, tmp_path)
    assert found.value.place is not None


def test_a_network_and_a_container_may_sound_alike(tmp_path: Path) -> None:
    text = "services:\n  a: { image: x, container_name: network-n, networks: [n] }\nnetworks: { n: { name: n } }\n"
    (module,) = (text for _, text in converted(text, tmp_path).modules)
    assert "podman-network-n-2 = {" in module
    assert '"podman-network-n-2.service"' in module


@pytest.mark.parametrize("value", ['"a\\0b"', '"\\ud800"'])
def test_what_no_text_may_have_is_one_message_with_its_place(value: str, tmp_path: Path) -> None:
    with pytest.raises(ComposeError, match=r"in this text|this is not YAML") as found:
        converted(f"services:\n  a:\n    image: x\n    labels: {{ l: {value} }}\n", tmp_path)
    assert found.value.place is not None


@pytest.mark.parametrize("image", ["x;touch /tmp/y", "$(id)", "--privileged", "a b", "x\ny", "'x'"])
def test_an_image_that_a_shell_would_run_is_refused(image: str, tmp_path: Path) -> None:
    quoted = image.replace("'", "''").replace("\n", "\n\n")
    with pytest.raises(ComposeError, match="image: a name with letters"):
        converted(f"services:\n  a:\n    image: '{quoted}'\n", tmp_path, backend="docker")


def test_a_log_driver_that_a_shell_would_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ComposeError, match=r"logging\.driver: a name with letters"):
        converted("services:\n  a: { image: x, logging: { driver: 'x;touch y' } }\n", tmp_path, backend="docker")


@pytest.mark.parametrize("name", ["A\nPATH", "A=B", "# A", "a b", '"A"', "${builtins.trace 1 2}/x", ""])
def test_a_secret_whose_name_no_file_can_hold_is_refused(name: str) -> None:
    place = Place(Path("compose.yaml"), Span(0, 1))
    secret = Variable(name, "hunter2", place, is_secret=True)
    container = DeployedContainer("a", "a", place, "x", place, environment=(secret,))
    with pytest.raises(Unwritable, match="cannot hold a variable of this name"):
        secret_variables(container)


def test_the_name_of_a_secret_is_never_code(tmp_path: Path) -> None:
    text = (
        "services:\n  a:\n    image: x\n"
        '    environment: { \'${builtins.trace (builtins.readFile "/etc/hostname") ""}_PASSWORD\': hunter2hunter2 }\n'
    )
    for store in ("env-file", "sops", "agenix"):
        try:
            ((_, module),) = converted(text, tmp_path, secrets=store).modules
        except ComposeError:
            continue
        assert "builtins" not in module.replace("\\${builtins", "").replace("(builtins.readFile", "")


def test_variables_of_like_names_keep_their_values_and_a_dollar_sign_stays_one(tmp_path: Path) -> None:
    text = (
        "services:\n  a:\n    image: x\n"
        "    labels: { one: '$DATA_DIR', two: '$data_dir', three: '$$$${PRICE}', four: '$$${PRICE}' }\n"
    )
    environment = {"DATA_DIR": "/a", "data_dir": "/b", "PRICE": "5"}
    (module,) = (text for _, text in converted(text, tmp_path, environment=environment, keeps_variables=True).modules)
    for line in ("one = dataDir;", "two = dataDir';", 'three = "$\\${PRICE}";', 'four = "\\$${price}";'):
        assert line in module


@pytest.mark.parametrize(("device", "waits"), [("//nas/share", False), (":/share", False), ("/mnt/nas", True)])
def test_a_unit_waits_for_a_path_of_the_machine_and_not_for_a_share(device: str, waits: bool, tmp_path: Path) -> None:
    text = (
        "services: { a: { image: x, volumes: ['nas:/x'] } }\n"
        f"volumes: {{ nas: {{ driver_opts: {{ type: none, device: '{device}' }} }} }}\n"
    )
    ((_, module),) = converted(text, tmp_path).modules
    assert ("RequiresMountsFor" in module) is waits


@pytest.mark.parametrize("keys", ["image: '${V}'", "image: x, logging: { driver: '${V}' }"])
def test_a_variable_that_stays_one_is_no_way_into_the_shell(keys: str, tmp_path: Path) -> None:
    text = f"services: {{ a: {{ {keys} }} }}\n"
    for value in ("x;touch y", "$(id)", "x\ny"):
        with pytest.raises(ComposeError, match="a name with letters"):
            converted(text, tmp_path, backend="docker", environment={"V": value}, keeps_variables=True)
