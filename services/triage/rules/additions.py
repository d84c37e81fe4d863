"""What does it change that the sender tells more?

It never lowers a band, and never outweighs a person's judgement, except that danger is heard.

Law: none; a local rule (docs/decisions/004).
"""

from dataclasses import replace

from services.triage.rules.risk_tool import RANK
from services.triage.rules.score import HIGHEST, Answers, Score, score
from shared.facts import Code

_CALM = Answers(severity=0, likelihood=0, self_protection=0, access=0)
"""All that must be known is known, and none of it is dangerous."""


def known_now(was: Score, told: Answers, *, judged: bool) -> Answers:
    """Give what is known after an addition; what a person judged stands, but for signals."""
    known = replace(was.answers, signals=was.answers.signals + told.signals)
    if judged:
        return known
    given = {name: getattr(told, name) for name in (*HIGHEST, "own_rating")}
    return replace(known, **{name: it for name, it in given.items() if it is not None})


def counts(now: Score, was: Score, band: Code, told: Answers, *, judged: bool) -> bool:
    """Say whether the score on what is known `now` is to count for a concern in `band`."""
    if judged:
        # Also a danger that was named before, for it may have come again.
        return RANK[score(replace(_CALM, signals=told.signals)).band] > RANK[band]
    return now != was and RANK[now.band] >= RANK[band]
