"""The licences that data are published under."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

LicenceName = Literal["CC-BY-4.0", "PDL-1.0"]

LICENCES: Mapping[LicenceName, Mapping[str, str]] = {
    "CC-BY-4.0": {
        "name": "CC-BY-4.0",
        "title": "クリエイティブ・コモンズ 表示 4.0 国際",
        "path": "https://creativecommons.org/licenses/by/4.0/",
    },
    "PDL-1.0": {
        "name": "PDL-1.0",
        "title": "公共データ利用規約（第1.0版）",
        "path": "https://www.digital.go.jp/resources/open_data/public_data_license_v1.0",
    },
}
"""Those a publisher may choose by name, each as a Data Package describes a licence. A package may
name any other of its own."""
