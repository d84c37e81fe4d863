"""How do referrals arrive broken, all of them valid JSON that the open door must take?"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from deploy.demo.homes import Body
from deploy.demo.people import Dice

Broken = tuple[str, int]
"""The text sent, and how many adults a careful reader would count in it."""


def _said(body: Body) -> Broken:
    return json.dumps(body), len(body["adults"])


def _wrong_types(body: Body, dice: Dice) -> Broken:
    first: Body = body["adults"][0]
    first |= dice.pick((
        {"name": 42, "phone": ["rang", "no reply"]},
        {"approximate_age": "about eighty", "risk": {"severity": "high", "likelihood": None}},
        {"risk": "see attached", "aware": 2, "address": {"line_1": "not given", "line_2": None}},
    ))  # fmt: skip
    return _said(body | dice.pick((
        {"immediate_danger": "possibly", "own_rating": 3},
        {"location": "in the garden shed", "referrer": "the night desk"},
        {"what_happened": ["came in wet", "would not say why"], "happened_at": 20230814},
    )))  # fmt: skip


def _unknown_members(body: Body, dice: Dice) -> Broken:
    body["adults"][0]["x_vendor_flags"] = {"falls_tool": dice.below(30), "colour": "teal"}
    return _said({"schemaVersion": 4.2, **body, "dataExportedBy": "scheduler two"})


def _bad_dates(body: Body, dice: Dice) -> Broken:
    body["adults"][0]["date_of_birth"] = dice.pick(("1941-0", "1938", "31/02/1950", "1900-01-01"))
    return _said(body | {"happened_at": dice.pick(("2023-13-40", "last Tuesday", "2023-0"))})


def _bad_nhs_number(body: Body, dice: Dice) -> Broken:
    body["adults"][0]["nhs_number"] = dice.pick(("9990000019", "999 000 00", "awaited", 9990000018))
    return _said(body)


def _object_for_list(body: Body, dice: Dice) -> Broken:
    only = body["adults"][0]
    adults = dice.pick((only, only["name"], [], None, [only["name"]]))
    return json.dumps(body | {"adults": adults, "types_of_abuse": {"1": "neglect"}}), 1


def _over_long(body: Body, dice: Dice) -> Broken:
    page = " Then the same again, as the log book has it, page by page."
    story = str(body.get("what_happened", "")) + page * (360 + dice.below(600))
    return _said(body | {"what_happened": story})


def _surrogates(body: Body, dice: Dice) -> Broken:
    half = dice.pick(("\ud83d", "\udc00 \ud83d", "\x00", "\ufffe\u200f"))
    body["adults"][0]["name"] += half
    return _said(body | {"what_happened": f"Sent from the van {half} signal lost at junction 25"})


def _deep(body: Body, dice: Dice) -> Broken:
    depth = dice.pick((60, 200, 600))
    nested = '{"form":[' * (depth // 2) + '"bottom of the form"' + "]}" * (depth // 2)
    return f'{{"attachments_tree": {nested}, {json.dumps(body)[1:]}', len(body["adults"])


def _empty(_body: Body, _dice: Dice) -> Broken:
    return "{}", 1


def _huge_numbers(body: Body, dice: Dice) -> Broken:
    number = dice.pick(("1e400", "9" * 400, "-0.0", "123456789012345678901234567890.5e-7"))
    body["adults"][0] |= {"approximate_age": "@", "risk": {"severity": "@", "likelihood": 9}}
    return json.dumps(body).replace('"@"', number), len(body["adults"])


def _twice(body: Body, _dice: Dice) -> Broken:
    first = '{"what_happened": "Draft, saved too early by the tablet", "own_rating": "green", '
    return first + json.dumps(body)[1:], len(body["adults"])


BREAKAGES: Mapping[str, Callable[[Body, Dice], Broken]] = {
    "wrong-types": _wrong_types,
    "unknown-members": _unknown_members,
    "bad-dates": _bad_dates,
    "bad-nhs-number": _bad_nhs_number,
    "object-for-list": _object_for_list,
    "over-long-text": _over_long,
    "lone-surrogates": _surrogates,
    "deep-nesting": _deep,
    "empty-object": _empty,
    "huge-numbers": _huge_numbers,
    "duplicate-members": _twice,
}


def broken(body: Body, kind: str, dice: Dice) -> Broken:
    """Break `body` in the way that `kind` names."""
    copy: dict[str, Any] = json.loads(json.dumps(body))
    return BREAKAGES[kind](copy, dice)
