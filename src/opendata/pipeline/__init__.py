"""The corridor: one submission through the rooms; one pass over an inbox."""

from typing import TYPE_CHECKING

from opendata import opened

if TYPE_CHECKING:
    from opendata.pipeline.accepting import Accepted, accept_layout
    from opendata.pipeline.check import Checked, check
    from opendata.pipeline.conclusion import conclude
    from opendata.pipeline.contracts import packages
    from opendata.pipeline.difference import Shard, Work, begin, pending
    from opendata.pipeline.drafting import Drafted, draft_file
    from opendata.pipeline.examination import examine
    from opendata.pipeline.failure import telling_failure
    from opendata.pipeline.origin import Origins, lineage
    from opendata.pipeline.questions import Answered, answer
    from opendata.pipeline.repair import Repaired, inspect, repair
    from opendata.pipeline.rollback import Resumed, RolledBack, end_rollback, roll_back
    from opendata.pipeline.run import run_pass
    from opendata.pipeline.settings import Settings, load_settings
    from opendata.pipeline.submission import Outcome
    from opendata.pipeline.summary import Summary
    from opendata.pipeline.templates import make_template
    from opendata.pipeline.versions import Difference, History, diff, releases
    from opendata.pipeline.withdrawing import Withdrawn, withdraw

__all__ = [
    "Accepted",
    "Answered",
    "Checked",
    "Difference",
    "Drafted",
    "History",
    "Origins",
    "Outcome",
    "Repaired",
    "Resumed",
    "RolledBack",
    "Settings",
    "Shard",
    "Summary",
    "Withdrawn",
    "Work",
    "accept_layout",
    "answer",
    "begin",
    "check",
    "conclude",
    "diff",
    "draft_file",
    "end_rollback",
    "examine",
    "inspect",
    "lineage",
    "load_settings",
    "make_template",
    "packages",
    "pending",
    "releases",
    "repair",
    "roll_back",
    "run_pass",
    "telling_failure",
    "withdraw",
]

__getattr__ = opened(
    __name__,
    {
        "accepting": "Accepted accept_layout",
        "check": "Checked check",
        "conclusion": "conclude",
        "contracts": "packages",
        "difference": "Shard Work begin pending",
        "drafting": "Drafted draft_file",
        "examination": "examine",
        "failure": "telling_failure",
        "origin": "Origins lineage",
        "questions": "Answered answer",
        "repair": "Repaired inspect repair",
        "rollback": "Resumed RolledBack end_rollback roll_back",
        "run": "run_pass",
        "settings": "Settings load_settings",
        "submission": "Outcome",
        "summary": "Summary",
        "templates": "make_template",
        "versions": "Difference History diff releases",
        "withdrawing": "Withdrawn withdraw",
    },
)
