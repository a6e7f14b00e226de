"""The report of a conversion as a JSON document."""

from __future__ import annotations

from pathlib import Path

from nixlint.conversion.convert import Conversion

from .conversion import RemarkLines, exposed_ports, named_volumes, relative_path
from .json_document import Json, json_text, maybe, text


def conversion_json(conversion: Conversion, folder: Path) -> str:
    """The report as a JSON document."""
    lines = RemarkLines(conversion)
    remarks: list[Json] = []
    for remark in conversion.remarks:
        position = lines.position(remark)
        remarks.append(
            {
                "kind": text(remark.kind.value),
                "service": maybe(remark.service),
                "key": text(remark.key),
                "message": text(remark.message),
                "file": None
                if position is None or remark.place is None
                else text(relative_path(remark.place.path, folder)),
                "line": None if position is None else position.line,
                "column": None if position is None else position.column,
            }
        )
    document: Json = {
        "made_by": text("nixlint convert"),
        "version": 1,
        "project": text(conversion.deployment.name),
        "backend": text(conversion.target.backend.value),
        "nixos": text(conversion.target.release),
        "inputs": text(conversion.inputs),
        "containers": [
            {"name": text(each.name), "service": text(each.service), "image": text(each.image)}
            for each in conversion.deployment.containers
        ],
        "remarks": remarks,
        "secrets": [
            {"file": text(file.name), "variables": [text(name) for name, _ in file.variables]}
            for file in conversion.secret_files
        ],
        "exposed": [{"container": text(name), "port": text(str(port))} for name, port in exposed_ports(conversion)],
        "root": text(conversion.root),
        "needed": [text(each) for each in conversion.needed],
        "volumes": [text(each) for each in named_volumes(conversion)],
    }
    return json_text(document)
