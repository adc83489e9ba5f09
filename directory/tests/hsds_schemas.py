"""Judges objects by the JSON Schemas of HSDS 3.0 (tests/hsds-3.0/README.md), and more strictly than they do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

FOLDER = Path(__file__).with_name("hsds-3.0")
EXAMPLES = FOLDER / "examples"


def problems(kind: str, instance: Any) -> list[str]:
    """What the standard finds wrong, a line each; a field that it does not know and a null are wrong here, too."""
    found = [f"{error.json_path}: {error.message}" for error in _validator(kind).iter_errors(instance)]
    return found + [f"{path}: null" for path in _nulls(instance, "$")]


def valid(kind: str, instance: Any) -> bool:
    """The same, for the standard's own schema alone."""
    return _validator(kind, strict=False).is_valid(instance)


@cache
def _validator(kind: str, *, strict: bool = True) -> Draft202012Validator:
    checker = Draft202012Validator.FORMAT_CHECKER
    assert {"uuid", "email", "uri"} <= set(checker.checkers), "the libraries that judge formats are missing"
    return Draft202012Validator({"$ref": f"{kind}.json"}, registry=_registry(strict), format_checker=checker)


@cache
def _registry(strict: bool) -> Registry[Any]:
    schemas = {path.name: json.loads(path.read_text()) for path in FOLDER.glob("*.json")}
    if strict:
        schemas = {name: _closed(name, schema) for name, schema in schemas.items()}
    return Registry().with_resources(
        (name, DRAFT202012.create_resource(schema)) for name, schema in schemas.items()
    )


def _closed(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with no room for fields of one's own. An organization names its services (openapi.json)."""
    schema = deepcopy(schema)
    if name == "organization.json":
        schema["properties"]["services"] = {"type": "array", "items": {"$ref": "service.json"}}
    return schema | {"additionalProperties": False}


def _nulls(value: Any, path: str) -> Iterator[str]:
    if value is None:
        yield path
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _nulls(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _nulls(inner, f"{path}[{number}]")
