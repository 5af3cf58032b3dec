"""Codes with a check digit."""

from __future__ import annotations


def is_municipality_code(text: str) -> bool:
    """Whether a text is a local government code: six ASCII digits, the last a check digit."""
    if len(text) != 6 or not (text.isascii() and text.isdigit()):
        return False
    if not 1 <= int(text[:2]) <= 47:
        return False
    weighed = sum(int(digit) * weight for digit, weight in zip(text, (6, 5, 4, 3, 2), strict=False))
    return int(text[5]) == (11 - weighed % 11) % 10
