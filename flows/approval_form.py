"""What somebody who approves a month fills in, in the Prefect UI; left as it is, the month goes on waiting."""

from typing import Literal

from prefect.input import RunInput
from pydantic import Field

SIGN_OFF, RETURN = "sign off", "return to the care team"


class MonthApproval(RunInput):
    """The answer to whether a month may be released."""

    decision: Literal["hold", "sign off", "return to the care team"] = Field(
        "hold",
        description="sign off: its claims may go out. hold: it goes on waiting and is asked about again. "
        "return: care managers hear of it, and the next run decides it again",
    )
    reviewer: str = Field("", max_length=80, description="Your name; without one the month goes on waiting")
    reason: str = Field(
        "",
        max_length=400,
        description="What is missing, for holding or returning it. No patient's name: Prefect keeps it",
    )
