"""JSON Schemas of content files, made from the very structs that read them: for completion in an editor."""

from typing import Any

import msgspec

from dialogs.content import CompanyFile, FrameworkFile

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def framework_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a framework file."""
    return _schema(FrameworkFile, "A framework of Banter")


def company_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of company.yaml."""
    return _schema(CompanyFile, "A company profile of Banter")


def _schema(shape: type[msgspec.Struct], title: str) -> dict[str, Any]:
    return {"$schema": _DIALECT, "title": title, **msgspec.json.schema(shape)}
