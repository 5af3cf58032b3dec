"""Where a submission stands between being received and being published."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from opendata.errors import Text

State = Literal["received", "refused", "asked", "accepted", "superseded", "withdrawn"]
"""`received`: kept, and judged by the next pass. `refused`: errors keep it from being published, or
its form is not known yet. `asked`: published, with questions nobody has answered. `accepted`:
published, nothing asked. `superseded`: an earlier state of the same place. `withdrawn`: gone from
the inbox, its data still published."""

STATES: Mapping[State, Text] = {
    "refused": Text("修正が必要", "Needs correction"),
    "withdrawn": Text("ファイルなし・公開中", "File gone, data published"),
    "asked": Text("確認待ち", "Waiting for an answer"),
    "received": Text("受付済み", "Received"),
    "accepted": Text("公開", "Published"),
    "superseded": Text("以前のもの", "Superseded"),
}
"""What people call them; first what waits for somebody."""
