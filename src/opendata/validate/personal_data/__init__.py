"""Personal data: its kinds, and the screening of a workbook for them."""

from opendata.validate.personal_data.kinds import (
    ACCOUNT,
    INSURED,
    MAIL,
    NAME,
    NUMBER,
    PHONE,
    is_individual_number,
    personal_data,
)
from opendata.validate.personal_data.screen import MASK, screen

__all__ = [
    "ACCOUNT",
    "INSURED",
    "MAIL",
    "MASK",
    "NAME",
    "NUMBER",
    "PHONE",
    "is_individual_number",
    "personal_data",
    "screen",
]
