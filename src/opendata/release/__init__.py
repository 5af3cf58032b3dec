"""Tables -> the files of one immutable version; what changed since the last; lineage.

Pure: bytes and tables in, bytes out. The same input gives the same bytes, so time comes in as an
argument, and nothing here reads a clock, a random number or the environment.
"""

from opendata.release.build import build, keys, rebuild, restore
from opendata.release.changes import diff
from opendata.release.descriptor import checksums, pointer, read_checksums, sha256
from opendata.release.formats import to_csv
from opendata.release.held import with_last
from opendata.release.model import Files, Part, Previous, Publisher, Release

__all__ = [
    "Files",
    "Part",
    "Previous",
    "Publisher",
    "Release",
    "build",
    "checksums",
    "diff",
    "keys",
    "pointer",
    "read_checksums",
    "rebuild",
    "restore",
    "sha256",
    "to_csv",
    "with_last",
]
