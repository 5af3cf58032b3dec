"""The contract of one kind of data, read from `datapackages/<name>/`: schema, layouts, rules."""

from opendata.package.contract import Field, ForeignKey, IdForm, Package, Resource, Rule
from opendata.package.dependents import dependents
from opendata.package.folder import available, described, load

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
    "load",
]
