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

Standing = State | Literal["waiting", "ended"]
"""A state, told apart where somebody else has to act: `waiting` until the operator has accepted a
layout, `ended` where a withdrawn file's data are published no longer."""

STANDINGS: Mapping[Standing, Text] = {
    "refused": Text("修正のお願い", "To correct"),
    "asked": Text("確認のお願い", "Question open"),
    "withdrawn": Text("ファイルなし", "File gone"),
    "waiting": Text("様式の登録待ち", "Form not known yet"),
    "received": Text("確認待ち", "To be judged"),
    "accepted": Text("公開済み", "Published"),
    "ended": Text("公開終了", "No longer published"),
    "superseded": Text("以前のもの", "Superseded"),
}
"""What people call them; first what waits for somebody."""
