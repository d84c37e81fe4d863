"""When is a concern counted, and how many are there in one contact?

A contact is not a concern, and a concern is not an enquiry. What counts has changed over the years
and from council to council, so every concern names the policy under which it was counted.

Law: none. The Safeguarding Adults Collection counts concerns raised from 1 April to 31 March.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.facts import Code


@dataclass(frozen=True, kw_only=True, slots=True)
class CountingPolicy:
    """One way to count concerns."""

    code: Code
    says: str
    source: str


ONE_PER_ADULT = CountingPolicy(
    code=Code("counting@1:one-per-adult"),
    says="A contact that is promoted counts as one concern for each adult it is about.",
    source=(
        "Safeguarding Adults Collection guidance: each adult is counted, also where one event or "
        "one provider concerns several; LGA and ADASS framework: a concern is counted once there "
        "is reasonable cause on section 42(1)(a) and (b), which promotion stands for."
    ),
)

POLICIES: Mapping[Code, CountingPolicy] = {policy.code: policy for policy in (ONE_PER_ADULT,)}
"""Every policy ever used: a figure names the one it was counted under."""

CURRENT = ONE_PER_ADULT
