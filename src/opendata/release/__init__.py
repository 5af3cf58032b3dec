"""Tables -> the files of one immutable version; what changed since the last; lineage.

Pure: bytes and tables in, bytes out. The same input gives the same bytes, so time comes in as an
argument, and nothing here reads a clock, a random number or the environment.
"""

from typing import TYPE_CHECKING

from opendata import opened

if TYPE_CHECKING:
    from opendata.release.build import (
        Difference,
        build,
        compare,
        keys,
        merged,
        parts_of,
        read_again,
        rebuild,
        restore,
    )
    from opendata.release.changes import SchemaChange, counted, diff
    from opendata.release.corrections import reasons_of, withdrawn_of
    from opendata.release.descriptor import (
        checksums,
        pointer,
        read_checksums,
        sha256,
        sources,
        unpointed,
    )
    from opendata.release.formats import read_parquet, to_csv
    from opendata.release.gathered import Gathered, gather
    from opendata.release.held import narrowed, with_last
    from opendata.release.licences import LICENCES, Licence, LicenceName, licence_of
    from opendata.release.model import QUALITY, Files, Judged, Part, Previous, Publisher, Release
    from opendata.release.tables import text

__all__ = [
    "LICENCES",
    "QUALITY",
    "Difference",
    "Files",
    "Gathered",
    "Judged",
    "Licence",
    "LicenceName",
    "Part",
    "Previous",
    "Publisher",
    "Release",
    "SchemaChange",
    "build",
    "checksums",
    "compare",
    "counted",
    "diff",
    "gather",
    "keys",
    "licence_of",
    "merged",
    "narrowed",
    "parts_of",
    "pointer",
    "read_again",
    "read_checksums",
    "read_parquet",
    "reasons_of",
    "rebuild",
    "restore",
    "sha256",
    "sources",
    "text",
    "to_csv",
    "unpointed",
    "with_last",
    "withdrawn_of",
]

__getattr__ = opened(
    __name__,
    {
        "build": "Difference build compare keys merged parts_of read_again rebuild restore",
        "changes": "SchemaChange counted diff",
        "corrections": "reasons_of withdrawn_of",
        "descriptor": "checksums pointer read_checksums sha256 sources unpointed",
        "formats": "read_parquet to_csv",
        "gathered": "Gathered gather",
        "held": "narrowed with_last",
        "licences": "LICENCES Licence LicenceName licence_of",
        "model": "QUALITY Files Judged Part Previous Publisher Release",
        "tables": "text",
    },
)
