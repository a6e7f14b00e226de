"""Compose projects that somebody else made to hang, to exhaust, to read what is outside, or to make nixlint tell a secret.

Each is a function that builds a project in a folder that is empty; beside that folder lies :data:`OUTSIDE`, which nothing
may read. A value of the form :data:`MARKED` stands for a secret, which nothing may print.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

OUTSIDE = "outside-the-tree"
"""The name of a folder beside the tree, with :data:`CANARY` in each of its files."""
CANARY = "CANARY_OUTSIDE_7d41"
MARKED = "hunter2_marked_3c58"

Builder = Callable[[Path], None]
TREES: dict[str, Builder] = {}
"""All of them, by name."""
LARGE = frozenset(
    {
        "chain_of_three_thousand_services",
        "chain_of_two_thousand_services",
        "circle_of_three_thousand_services",
        "every_port_on_many_addresses",
        "file_that_includes_a_thousand_times",
        "five_megabytes",
        "growing_chain_of_services",
        "line_of_a_megabyte",
        "long_text_in_many_aliases",
        "many_variables_in_one_line",
        "services_that_extend_each_other",
        "variables_of_a_megabyte",
    }
)
"""Those that take seconds, by name."""
_WEB = "services:\n  web:\n    image: example/web:1\n"


def build(name: str, folder: Path) -> Path:
    """Build a tree below a folder, with what is outside of it; the tree's own folder."""
    tree, outside = folder / "tree", folder / OUTSIDE
    tree.mkdir(parents=True)
    outside.mkdir()
    for file, text in (
        (".env", f"IMAGE={CANARY}\n"),
        ("compose.yaml", f"services: {{ {CANARY}: {{ image: {CANARY} }} }}\n"),
        ("lines.txt", f"{CANARY}:x:0:0\n  {CANARY}\n"),
    ):
        (outside / file).write_text(text)
    TREES[name](tree)
    return tree


def _tree(builder: Builder) -> Builder:
    TREES[builder.__name__] = builder
    return builder


def _compose(folder: Path, text: str) -> None:
    (folder / "compose.yaml").write_text(text)


# Expansion


@_tree
def mapping_that_merges_itself(folder: Path) -> None:
    _compose(folder, f"x-a: &a\n  <<: *a\n{_WEB}")


@_tree
def sequence_that_holds_itself(folder: Path) -> None:
    _compose(folder, f"x-a: &a [*a, *a]\n{_WEB}")


@_tree
def aliases_of_aliases(folder: Path) -> None:
    lines = ["x-0: &a0 [a, a, a, a, a, a, a, a, a]"]
    lines += [f"x-{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    _compose(folder, "\n".join(lines) + f"\n{_WEB}")


@_tree
def merges_of_merges(folder: Path) -> None:
    lines = ["x-0: &a0 {" + ", ".join(f"k{n}: v" for n in range(50)) + "}"]
    lines += [f"x-{n}: &a{n} {{ a: *a{n - 1}, b: *a{n - 1}, <<: *a{n - 1} }}" for n in range(1, 30)]
    _compose(folder, "\n".join(lines) + f"\n{_WEB}")


@_tree
def long_text_in_many_aliases(folder: Path) -> None:
    text = "$A" + "x" * 100_000
    _compose(folder, f"x-a: &a '{text}'\nx-b: [{', '.join(['*a'] * 20_000)}]\n{_WEB}")


@_tree
def variables_that_double(folder: Path) -> None:
    lines = ["A0=0123456789abcdef", *(f"A{n}=${{A{n - 1}}}" + f"${{A{n - 1}}}" * 15 for n in range(1, 13))]
    (folder / ".env").write_text("\n".join(lines) + "\n")
    _compose(folder, _WEB + "    environment: { A: '${A12}' }\n")


@_tree
def variable_of_a_megabyte_in_each_line(folder: Path) -> None:
    (folder / ".env").write_text(f"A={'x' * 1_000_000}\n")
    _compose(folder, _WEB + "    environment:\n" + "".join(f"      A{n}: $A\n" for n in range(5_000)))


@_tree
def scale_of_a_billion(folder: Path) -> None:
    _compose(folder, _WEB + "    scale: 1000000000\n")


@_tree
def scale_of_a_hundred_thousand(folder: Path) -> None:
    _compose(folder, _WEB + "    deploy: { replicas: 100000 }\n")


@_tree
def every_port(folder: Path) -> None:
    _compose(folder, _WEB + '    ports: ["1-65535:1-65535"]\n')


@_tree
def every_port_on_many_addresses(folder: Path) -> None:
    ports = "".join(f'      - "127.0.0.{n}:1-65535:1-65535"\n' for n in range(1, 200))
    _compose(folder, f"{_WEB}    ports:\n{ports}")


@_tree
def files_that_include_the_next_four_times(folder: Path) -> None:
    for number in range(14):
        include = "".join(f"  - {number + 1}.yaml\n" for _ in range(4))
        (folder / f"{number}.yaml").write_text(f"include:\n{include}")
    (folder / "14.yaml").write_text(_WEB)
    _compose(folder, "include: [0.yaml]\n")


@_tree
def files_that_include_each_other(folder: Path) -> None:
    _compose(folder, "include: [b.yaml]\n")
    (folder / "b.yaml").write_text("include: [compose.yaml]\n")


@_tree
def file_that_includes_a_thousand_times(folder: Path) -> None:
    (folder / ".env").write_text("".join(f"A{n}=x\n" for n in range(20_000)))
    (folder / "b.yaml").write_text(_WEB)
    _compose(folder, f"include: [{', '.join(['b.yaml'] * 20_000)}]\n")


@_tree
def chain_of_a_thousand_included_files(folder: Path) -> None:
    for number in range(1_000):
        (folder / f"{number}.yaml").write_text(f"include: [{number + 1}.yaml]\n")
    (folder / "1000.yaml").write_text(_WEB)
    _compose(folder, "include: [0.yaml]\n")


@_tree
def chain_of_two_thousand_services(folder: Path) -> None:
    lines = [f"  s{n}: {{ extends: s{n + 1} }}\n" for n in range(2_000)]
    _compose(folder, f"services:\n{''.join(lines)}  s2000: {{ image: example/web }}\n")


@_tree
def growing_chain_of_services(folder: Path) -> None:
    lines = [f"  s{n}: {{ extends: s{n + 1}, environment: {{ A{n}: a }} }}\n" for n in range(2_000)]
    _compose(folder, f"services:\n{''.join(lines)}  s2000: {{ image: example/web }}\n")


@_tree
def services_that_extend_each_other(folder: Path) -> None:
    lines = [f"  s{n}: {{ image: i, extends: s{(n + 1) % 2_000} }}\n" for n in range(2_000)]
    _compose(folder, f"services:\n{''.join(lines)}")


@_tree
def service_that_extends_other_files(folder: Path) -> None:
    for number in range(300):
        extends = f"extends: {{ file: {number + 1}.yaml, service: web }}"
        (folder / f"{number}.yaml").write_text(f"services:\n  web: {{ {extends}, environment: {{ A{number}: a }} }}\n")
    (folder / "300.yaml").write_text(_WEB)
    _compose(folder, "services:\n  web: { extends: { file: 0.yaml, service: web } }\n")


@_tree
def circle_of_three_thousand_services(folder: Path) -> None:
    lines = [f"  s{n}: {{ image: i, depends_on: [s{(n + 1) % 3_000}] }}\n" for n in range(3_000)]
    _compose(folder, f"services:\n{''.join(lines)}")


@_tree
def chain_of_three_thousand_services(folder: Path) -> None:
    lines = [f"  s{n}: {{ image: i, depends_on: [s{n + 1}] }}\n" for n in range(3_000)]
    _compose(folder, f"services:\n{''.join(lines)}  s3000: {{ image: i }}\n")


# What is hard to read


@_tree
def brackets_without_end(folder: Path) -> None:
    _compose(folder, f"x-a: {'[' * 100_000}\n")


@_tree
def braces_without_end(folder: Path) -> None:
    _compose(folder, f"x-a: {'{a: ' * 50_000}\n")


@_tree
def indentation_without_end(folder: Path) -> None:
    _compose(folder, "".join(f"{' ' * depth}a:\n" for depth in range(3_000)))


@_tree
def sequences_in_one_line(folder: Path) -> None:
    _compose(folder, f"x-a:\n{'- ' * 50_000}a\n")


@_tree
def anchors_nested_by_aliases(folder: Path) -> None:
    lines = ["x-0: &a0 [a]", *(f"x-{n}: &a{n} [*a{n - 1}]" for n in range(1, 3_000))]
    _compose(folder, "\n".join(lines) + f"\n{_WEB}")


@_tree
def defaults_in_defaults(folder: Path) -> None:
    _compose(folder, f'{_WEB}    hostname: "{"${A:-" * 5_000}x{"}" * 5_000}"\n')


@_tree
def defaults_without_end(folder: Path) -> None:
    _compose(folder, f'{_WEB}    hostname: "{"${A:-{" * 20_000}{"}" * 20_000}"\n')


@_tree
def many_variables_in_one_line(folder: Path) -> None:
    _compose(folder, f'{_WEB}    hostname: "{"${A}${B:-x}$C" * 50_000}"\n')


@_tree
def defaults_in_defaults_of_variables(folder: Path) -> None:
    (folder / ".env").write_text(f"A={'${A:-' * 5_000}x{'}' * 5_000}\n")
    _compose(folder, _WEB)


@_tree
def integer_of_five_thousand_digits(folder: Path) -> None:
    _compose(folder, f"x-a: {'9' * 5_000}\n{_WEB}    scale: {'9' * 5_000}\n")


@_tree
def numbers_beyond_all_types(folder: Path) -> None:
    settings = {
        "cpus": "1e999",
        "mem_limit": "9" * 400,
        "cpu_percent": "1e300",
        "stop_grace_period": f"{'9' * 400}h",
        "shm_size": f"0x{'f' * 500}",
        "pids_limit": "'9' ",
        "oom_score_adj": ".inf",
        "mem_swappiness": ".nan",
    }
    _compose(folder, _WEB + "".join(f"    {name}: {value}\n" for name, value in settings.items()))


@_tree
def reused_anchors(folder: Path) -> None:
    _compose(folder, f"x-a: &a {{ PASSWORD: {MARKED} }}\nx-b: &a {{ B: b }}\n{_WEB}    environment: *a\n")


@_tree
def lone_surrogate(folder: Path) -> None:
    _compose(folder, f'{_WEB}    hostname: "a\\ud800b"\n')


@_tree
def every_control_character(folder: Path) -> None:
    text = "".join(f"\\x{code:02x}" for code in [*range(1, 32), *range(127, 160)])
    _compose(folder, f'"na{text}me":\n  a: b\n{_WEB}    hostname: "{text}"\n    labels: {{ "{text}": "{text}" }}\n')


@_tree
def bytes_of_no_text(folder: Path) -> None:
    (folder / "compose.yaml").write_bytes(b"services:\n  web: \xff\xfe\x00\n")
    (folder / ".env").write_bytes(b"A=\xff\xfe\x00\n")


@_tree
def text_of_sixteen_bits(folder: Path) -> None:
    (folder / "compose.yaml").write_bytes(_WEB.encode("utf-16"))


@_tree
def five_megabytes(folder: Path) -> None:
    service = "".join(f"      VARIABLE_NUMBER_{n}: a value of some length, é\n" for n in range(40))
    services = (f"  s{n}:\n    image: example/web:{n}\n    environment:\n{service}" for n in range(2_300))
    _compose(folder, f"services:\n{''.join(services)}")


@_tree
def line_of_a_megabyte(folder: Path) -> None:
    command = "a\\\\b'c' $$x:" * 80_000
    _compose(folder, f"{_WEB}    command: \"{command}\"\n    volumes: ['{'a:' * 200_000}b']\n# {'a ' * 400_000}b\n")


@_tree
def variables_of_a_megabyte(folder: Path) -> None:
    (folder / ".env").write_text("".join(f"A{n}='a\\'b' # c\nB{n}=\"$A{n}\"\n" for n in range(40_000)))
    _compose(folder, _WEB)


# What is no file


@_tree
def pipe_as_compose_file(folder: Path) -> None:
    os.mkfifo(folder / "compose.yaml")


@_tree
def pipe_as_override(folder: Path) -> None:
    _compose(folder, _WEB)
    os.mkfifo(folder / "compose.override.yaml")


@_tree
def pipes_as_variables(folder: Path) -> None:
    _compose(folder, _WEB + "    env_file: [web.env]\n    label_file: [web.labels]\n")
    for name in (".env", "web.env", "web.labels"):
        os.mkfifo(folder / name)


@_tree
def pipes_as_other_files(folder: Path) -> None:
    for name in ("included.yaml", "base.yaml"):
        os.mkfifo(folder / name)
    _compose(folder, "include: [included.yaml]\nservices:\n  web: { extends: { file: base.yaml, service: web } }\n")


@_tree
def device_as_variables(folder: Path) -> None:
    _compose(folder, _WEB + "    env_file: /dev/zero\n")


@_tree
def devices_by_link(folder: Path) -> None:
    _compose(folder, _WEB + "    env_file: [web.env]\n")
    for name in (".env", "web.env", "compose.override.yaml"):
        (folder / name).symlink_to("/dev/zero")


@_tree
def folders_in_the_place_of_files(folder: Path) -> None:
    _compose(folder, _WEB + "    env_file: [web.env]\n")
    for name in (".env", "web.env", "compose.override.yaml"):
        (folder / name).mkdir()


# What leads outside


@_tree
def include_from_outside(folder: Path) -> None:
    _compose(folder, f"include: ['{folder.parent / OUTSIDE}/lines.txt']\n{_WEB}")


@_tree
def include_of_the_system(folder: Path) -> None:
    _compose(folder, f"include: [/etc/shadow]\n{_WEB}")


@_tree
def relative_include_from_outside(folder: Path) -> None:
    _compose(folder, f"include: [../{OUTSIDE}/compose.yaml]\n{_WEB}")


@_tree
def variables_of_an_inclusion_from_outside(folder: Path) -> None:
    (folder / "b.yaml").write_text(_WEB.replace("web:1", "${IMAGE}"))
    _compose(folder, f"include: [{{ path: b.yaml, env_file: ../{OUTSIDE}/.env }}]\n")


@_tree
def project_folder_outside(folder: Path) -> None:
    (folder / "b.yaml").write_text(_WEB.replace("web:1", "${IMAGE}"))
    _compose(folder, f"include: [{{ path: b.yaml, project_directory: ../{OUTSIDE} }}]\n")


@_tree
def variables_from_outside(folder: Path) -> None:
    _compose(folder, _WEB + f"    env_file: [../{OUTSIDE}/.env, ../{OUTSIDE}/lines.txt]\n")


@_tree
def extension_from_outside(folder: Path) -> None:
    _compose(folder, f"services:\n  web: {{ extends: {{ file: ../{OUTSIDE}/lines.txt, service: web }} }}\n")


@_tree
def linked_variables_from_outside(folder: Path) -> None:
    _compose(folder, _WEB.replace("web:1", "${IMAGE}"))
    (folder / ".env").symlink_to(f"../{OUTSIDE}/.env")


@_tree
def linked_files_from_outside(folder: Path) -> None:
    (folder / "b").symlink_to(f"../{OUTSIDE}", target_is_directory=True)
    (folder / "compose.override.yaml").symlink_to(f"../{OUTSIDE}/compose.yaml")
    _compose(folder, f"include: [b/lines.txt, b/compose.yaml]\n{_WEB}    env_file: [b/.env]\n")


@_tree
def compose_file_variable_to_outside(folder: Path) -> None:
    (folder / ".env").write_text(f"COMPOSE_FILE=../{OUTSIDE}/compose.yaml:../{OUTSIDE}/lines.txt\n")
    _compose(folder, _WEB)


# What holds a secret in a place that is wrong


@_tree
def secret_in_a_broken_variable(folder: Path) -> None:
    _compose(folder, f"{_WEB}    environment:\n      - DB_PASSWORD={MARKED}${{\n")


@_tree
def secret_behind_a_dollar(folder: Path) -> None:
    _compose(folder, f"{_WEB}    environment:\n      DB_PASSWORD: a${MARKED}\n      HASH: $apr1${MARKED}$x\n")


@_tree
def secret_in_a_demand(folder: Path) -> None:
    _compose(folder, f"{_WEB}    hostname: ${{A:?{MARKED}}}\n")


@_tree
def secret_in_the_address_of_an_inclusion(folder: Path) -> None:
    _compose(folder, f'include: ["https://u:{MARKED}@example.org/f.yaml"]\n{_WEB}')


@_tree
def secret_in_the_name_of_a_file(folder: Path) -> None:
    _compose(folder, f"{_WEB}    env_file: [./{MARKED}.env]\n")


@_tree
def secret_as_an_included_file(folder: Path) -> None:
    _compose(folder, f"include: [./{MARKED}.yaml]\n{_WEB}")


@_tree
def secret_in_a_file_of_variables(folder: Path) -> None:
    (folder / ".env").write_text(f"A=1\nB C {MARKED}\nPASSWORD='{MARKED}\n")
    _compose(folder, _WEB)


def _setting(name: str, setting: str) -> None:
    def build_it(folder: Path) -> None:
        _compose(folder, f"{_WEB}    {setting}\n")

    build_it.__name__ = f"secret_in_{name}"
    _tree(build_it)


for _name, _text in {
    "a_port": f'ports: ["{MARKED}:80"]',
    "the_port_of_a_container": f'ports: ["80:{MARKED}"]',
    "the_address_of_a_port": f'ports: ["{MARKED}:80:80"]',
    "the_protocol_of_a_port": f'ports: ["80:80/{MARKED}"]',
    "a_long_port": f"ports: [{{ target: 80, host_ip: {MARKED} }}]",
    "a_volume": f'volumes: ["a:b:c:{MARKED}"]',
    "the_name_of_a_volume": f'volumes: ["{MARKED}:/data"]',
    "a_device": f'devices: ["a:b:c:{MARKED}"]',
    "a_number": f"cpus: {MARKED}",
    "a_count": f"scale: {MARKED}",
    "a_switch": f"privileged: {MARKED}",
    "a_size": f"mem_limit: {MARKED}",
    "a_duration": f"stop_grace_period: {MARKED}",
    "a_choice": f"pull_policy: {MARKED}",
    "a_command": f'command: "{MARKED} \' "',
    "a_dependency": f"depends_on: [{MARKED}]",
    "a_network": f"networks: [{MARKED}]",
    "the_mode_of_a_network": f"network_mode: service:{MARKED}",
    "an_extension": f"extends: {MARKED}",
    "a_secret": f"secrets: [{MARKED}]",
    "a_config": f"configs: [{MARKED}]",
    "a_host": f"extra_hosts: [{MARKED}]",
    "a_list_of_hosts": f'extra_hosts: ["{MARKED} =:1"]',
    "a_limit": f"ulimits: {{ nofile: {MARKED} }}",
    "a_variable_alone": f'environment: ["{MARKED} =a"]',
    "a_mount": f'tmpfs: ["/{MARKED}", "/{MARKED}"]',
    "a_mapping_for_a_text": f"hostname: {{ a: {MARKED} }}",
    "a_text_for_a_mapping": f"build: {{ args: {{ A: {{ B: {MARKED} }} }} }}",
    "an_alias": f"hostname: *{MARKED}",
    "a_tag": f"hostname: !!{MARKED} a",
    "an_unfinished_text": f'hostname: "{MARKED}',
    "a_platform": f"platform: {MARKED}\n    build: {{ context: ., platforms: [a] }}",
    "a_context": f"build: {{ context: ., additional_contexts: [{MARKED}] }}",
    "a_device_count": f"gpus: [{{ count: {MARKED} }}]",
    "a_file_mode": f"secrets: [{{ source: a, mode: {MARKED} }}]\nsecrets: {{ a: {{ file: ./a }} }}",
    "a_label_file": f"label_file: {MARKED}",
    "a_format": f"env_file: [{{ path: ./a, format: {MARKED} }}]",
    "a_health_check": f"healthcheck: {{ test: [{MARKED}] }}",
    "a_restart": f"restart: {MARKED}",
    "a_name_of_a_container": f"container_name: {MARKED}/{MARKED}",
    "an_image": f"image: 'HTTP://{MARKED}'",
}.items():
    _setting(_name, _text)
