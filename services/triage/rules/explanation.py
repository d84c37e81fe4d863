"""Why is this concern Red, Amber or Green?

The sentences are made from the score and the version it names, and from nothing else, so an old
score is explained for ever as it was on its day.

Law: none; see `risk_tool`.
"""

from services.triage.rules.risk_tool import BAND_WORDS, TOOLS, Question, RiskTool, unread
from services.triage.rules.score import (
    FLOOR_AT_ZERO,
    MODIFIER_TERMS,
    PROTECTION,
    SEVERITY_TIMES_LIKELIHOOD,
    Answers,
    Score,
    Term,
)
from shared.facts import Code

_FACTORS = {term: name for name, term in MODIFIER_TERMS.items()}


def explain(score: Score) -> tuple[str, ...]:
    """Give the score in plain sentences: version, each term, total, each rule, band.

    Raises:
        KeyError: the score names a version of the tool that this build does not hold.
    """
    tool = TOOLS[score.tool]
    return (
        _version(score, tool),
        *(f"{_term(term, score.answers, tool)}: {term.points:+d}" for term in score.terms),
        f"Total {score.total}: {_threshold(score.total, tool)}.",
        *_rules(score, tool),
        *_unread(score.answers, tool),
        f"Band: {BAND_WORDS[score.band]}.",
    )


def _version(score: Score, tool: RiskTool) -> str:
    """Name the version, and what it had to guess."""
    if not score.answers.unknown:
        return f"Scored with {tool.name}; every question has an answer."
    unknown = ", ".join(name.replace("_", " ") for name in score.answers.unknown)
    return f"Scored with {tool.name}; confidence is low, for these are unknown: {unknown}."


def _term(term: Term, answers: Answers, tool: RiskTool) -> str:
    """Say what a summand stands for."""
    if term.name == SEVERITY_TIMES_LIKELIHOOD:
        severity = _answer(tool.severity, answers.severity)
        likelihood = _answer(tool.likelihood, answers.likelihood)
        return f"{severity}, times {likelihood[0].lower()}{likelihood[1:]}"
    if term.name == PROTECTION:
        return f"{_answer(tool.protection, answers.protection)}, subtracted"
    if term.name == FLOOR_AT_ZERO:
        return "A total is never below 0, so this is added"
    name = _FACTORS[term.name]
    return _answer(tool.modifiers[name], getattr(answers, name))


def _answer(question: Question, answer: int | None) -> str:
    """Say what was answered, or what unknown counts as."""
    if answer is None:
        return f"{question.label} unknown, counts as {question.unknown}"
    return f"{question.label} {answer} ({question.levels[answer]})"


def _threshold(total: int, tool: RiskTool) -> str:
    """Say which band a total falls in, and where that begins and ends."""
    if total >= tool.red_from:
        return f"Red is {tool.red_from} or more"
    if total >= tool.amber_from:
        return f"Amber is {tool.amber_from} to {tool.red_from - 1}"
    return f"Green is {tool.amber_from - 1} or less"


def _rules(score: Score, tool: RiskTool) -> tuple[str, ...]:
    """Give a sentence for each rule that hit."""
    red = {rule.code: f"{rule.because}: Red whatever the total." for rule in tool.overrides}
    amber = {rule.code: f"{rule.because}: at least Amber." for rule in tool.floors}
    said = red | amber
    return tuple(f"{_short(code)}: {said[code]}" for code in score.rules)


def _unread(answers: Answers, tool: RiskTool) -> tuple[str, ...]:
    """Name signals that this version has no rule for, so that none is dropped in silence."""
    return tuple(
        f"This version has no rule for the signal {_short(signal).lower()}."
        for signal in unread(answers.signals, tool)
    )


def _short(code: Code) -> str:
    """Give the word of a code, without its list, as people write it."""
    return code.partition(":")[2].upper()
