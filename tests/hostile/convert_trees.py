"""Projects that somebody else made so that their conversion breaks out of what is written, or writes over something.

``TREES`` has for each name a function that builds the project in a folder. Whatever would run makes a file ``INJECTED``, or
says that word in what Nix evaluates; whatever would be written over has the word ``precious`` in it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeAlias

Build: TypeAlias = Callable[[Path], None]
PRECIOUS = "precious\n"


def _compose(text: str, **others: str) -> Build:
    def build(folder: Path) -> None:
        (folder / "compose.yaml").write_text(text, newline="")
        for name, content in others.items():
            (folder / name.replace("__", ".")).write_text(content, newline="")

    return build


def _service(**keys: object) -> Build:
    return _compose(json.dumps({"services": {"web": {"image": "example/web:1", **keys}}}))


def _file_name(folder: Path) -> None:
    name = "a\nbuiltins.throw 'INJECTED'\r\u2028.yaml"
    (folder / name).write_text("services: { web: { image: example/web:1 } }\n")
    (folder / ".env").write_text(f"COMPOSE_FILE={json.dumps(name)}\n")


def _fifo(folder: Path) -> None:
    _service()(folder)
    for name in ("out.nix", "report.json"):
        os.mkfifo(folder / name)


def _links(folder: Path) -> None:
    _service()(folder)
    (folder / "elsewhere").mkdir()
    (folder / "elsewhere/own.nix").write_text(PRECIOUS)
    (folder / "out.nix").symlink_to("elsewhere/own.nix")
    (folder / "out").symlink_to("elsewhere")
    (folder / "report.json").symlink_to("elsewhere/own.nix")


def _own_files(folder: Path) -> None:
    _compose("services: { web: { image: example/web:1, container_name: default } }\n")(folder)
    (folder / "out").mkdir()
    for name in ("out.nix", "report.json", "out/default.nix", "out/default-container.nix"):
        (folder / name).write_text(PRECIOUS)


def _header(options: str) -> Build:
    def build(folder: Path) -> None:
        _service()(folder)
        (folder / "out.nix").write_text(f"# Made from compose.yaml by nixlint convert.\n# options: {options}\n{{ }}\n")

    return build


_CODE = '${builtins.throw "INJECTED"}'
_SHELL = "'; touch INJECTED; $(touch INJECTED) `touch INJECTED` \""
_UNIT = "/srv/a b%h'\"\\"

TREES: Mapping[str, Build] = {
    "code in the name of a secret": _service(environment={f"PASSWORD{_CODE}": "x"}),
    "code in the name of a variable": _service(environment={_CODE: "x"}),
    "code in a label": _service(labels={_CODE: _CODE.replace("$", "$$")}),
    "code in a name that x-nixlint gives": _service(**{"x-nixlint": {"unit": {_CODE: {"a b": _CODE, "with": 1}}}}),
    "numbers that are none in Nix": _compose(
        "services: { web: { image: example/web:1, x-nixlint: { unit: { a: .inf, b: [-1, 1e-7], c: .nan } } } }\n"
    ),
    "a number too large": _service(**{"x-nixlint": {"unit": {"a": 2**70}}}),
    "a carriage return in a comment": _compose(
        "x-foo: [ # see\r// (builtins.throw ''INJECTED'')\n , a ]\nservices: { web: { image: example/web:1 } }\n"
    ),
    "every line end in comments": _compose(
        "".join(f"# a{end}builtins.throw ''INJECTED''\n" for end in ("\x85", "\u2028", "\u2029", "\u202e"))
        + "services:\n  web: # b\u2028INJECTED\n    image: example/web:1\n"
    ),
    "a line end in a file's name": _file_name,
    "a shell in a label of a network": _compose(
        json.dumps(
            {
                "services": {"web": {"image": "example/web:1", "networks": ["n"]}},
                "networks": {"n": {"name": f"n{_SHELL}", "labels": {_SHELL: _SHELL.replace("$", "$$")}}},
            }
        )
    ),
    "a shell in a variable that stays one": _compose(
        "services: { web: { image: example/web:1, networks: [n] } }\nnetworks: { n: { labels: ['x=${V}'] } }\n",
        __env="V=\"it's; touch INJECTED '\"\n",
    ),
    "a shell in an image": _service(image="x;touch INJECTED"),
    "a flag for an image": _service(image="--privileged"),
    "a shell in a log driver": _service(logging={"driver": "x;touch INJECTED"}),
    "a shell in a hook": _service(post_start=[{"command": [_SHELL.replace("$", "$$")]}]),
    "a shell in a Dockerfile": _service(
        build={"context": ".", "dockerfile_inline": f"FROM x\nRUN {_SHELL.replace('$', '$$')}"}
    ),
    "a path that a unit reads in its own way": _service(volumes=[{"type": "bind", "source": _UNIT, "target": "/x"}]),
    "a line break in a path": _service(
        volumes=[{"type": "bind", "source": "/a\nExecStart=/bin/INJECTED", "target": "/x"}]
    ),
    "a share of a network": _compose(
        json.dumps(
            {
                "services": {"web": {"image": "example/web:1", "volumes": ["nas:/x"]}},
                "volumes": {"nas": {"driver_opts": {"type": "cifs", "device": "//nas/share", "o": "guest"}}},
            }
        )
    ),
    "a build in a folder of a bad name": _service(build={"context": "./a\nExecStart=x "}),
    "a secret of several lines": _service(environment={"API_TOKEN": "hunter2hunter2\nPATH=/INJECTED"}),
    "a zero byte": _service(labels={"a": "b\0c"}),
    "half of a character": _compose('services: { web: { image: example/web:1, labels: { a: "\\ud800" } } }\n'),
    "two containers of one name": _compose(
        "services: { a: { image: x, container_name: same }, b: { image: x, container_name: same } }\n"
    ),
    "a network that sounds like a container": _compose(
        "services: { a: { image: x, container_name: network-n, networks: [n] } }\nnetworks: { n: { name: n } }\n"
    ),
    "variables of like names": _compose(
        "services: { a: { image: x, labels: ['${DATA_DIR}${data_dir}$$$${V}$$${V}'] } }\n",
        __env="DATA_DIR=/a\ndata_dir=/b\nV=c\n",
    ),
    "what a terminal obeys in names": _compose(
        json.dumps(
            {
                "services": {"a": {"image": "x", "volumes": ["vol:/v"]}},
                "volumes": {"vol": {"name": "d$(touch INJECTED);\x1b[31m"}},
            }
        )
    ),
    "FIFOs where files go": _fifo,
    "links where files go": _links,
    "files of one's own where files go": _own_files,
    "a header that names a stranger's file": _header('{"file": ["/etc/hostname"]}'),
    "a header that names another output": _header('{"output": "/tmp/INJECTED"}'),
    "a header that is no JSON": _header("{" * 2000),
}
