"""The contract of one kind of data, read from `datapackages/<name>/`: schema, layouts, rules."""

from typing import TYPE_CHECKING

from opendata import opened

if TYPE_CHECKING:
    from opendata.package.contents import available, fingerprint
    from opendata.package.contract import Field, ForeignKey, IdForm, Package, Resource, Rule
    from opendata.package.dependents import dependents
    from opendata.package.folder import described, load

__all__ = [
    "Field",
    "ForeignKey",
    "IdForm",
    "Package",
    "Resource",
    "Rule",
    "available",
    "dependents",
    "described",
    "fingerprint",
    "load",
]

__getattr__ = opened(
    __name__,
    {
        "contents": "available fingerprint",
        "contract": "Field ForeignKey IdForm Package Resource Rule",
        "dependents": "dependents",
        "folder": "described load",
    },
)
