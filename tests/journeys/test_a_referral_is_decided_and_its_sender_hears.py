"""A referral is received, scored, queued and decided, and its sender sees what became of it."""

from typing import Any

from tests.support.house import Home, key
from tests.support.patience import until

REFERRAL = {
    "partner_reference": "RW-2026-0117",
    "immediate_danger": "no",
    "what_happened": "Her son keeps her bank card, and her cupboards are empty.",
    "adults": [
        {
            "name": "Edith Hollowell",
            "date_of_birth": "1941-05-02",
            "nhs_number": "9990000018",
            "risk": {
                "severity": 3,
                "likelihood": 4,
                "self_protection": 1,
                "access": 2,
                "coercion": 2,
            },
        }
    ],
    "referrer": {"name": "Priya Anand", "organisation": "Rosewood House"},
}
DECISION = {
    "tests": {
        "needs_care_and_support": {"answer": "met", "evidence": "Needs help to wash and to cook."},
        "at_risk_of_abuse_or_neglect": {"answer": "met", "evidence": "Money gone, no food."},
        "unable_to_protect_themselves": {"answer": "met", "evidence": "Afraid of her son."},
    },
    "outcome": "section-42-outcome@1:s42-enquiry",
    "reasons": "All three tests are met.",
}


async def test_a_referral_is_decided_and_its_sender_hears(town: dict[str, Home]) -> None:
    intake, triage = town["intake"], town["triage"]
    async with (
        intake.client("rosewood-house", "referrals.write", "referrals.read") as home,
        triage.client("sam", "safeguarding-adults-manager") as manager,
    ):
        sent = await home.post("/v1/referrals", json=REFERRAL, headers=key())
        assert sent.status_code == 201, sent.text
        receipt = sent.json()
        assert receipt["status"] == "promoted"
        adult = receipt["adults"][0]["adult"]

        async def scored() -> Any:
            shown = await manager.get(f"/v1/concerns/{adult}")
            return shown.json() if shown.status_code == 200 else None

        concern = await until(scored)
        assert concern["concern"]["rating"]["band"] == "band@1:red"
        assert concern["words"]["details"]["adult"]["name"] == "Edith Hollowell"
        assert concern["words"]["referrer"]["name"] == "Priya Anand"
        score = concern["concern"]["rating"]["score"]
        assert sum(term["points"] for term in score["terms"]) == score["total"] == 17

        decided = await manager.post(
            f"/v1/concerns/{adult}/section-42-decision",
            json=DECISION,
            headers=key() | {"If-Match": '"2"'},
        )
        assert decided.status_code == 204, decided.text

        async def heard() -> Any:
            status = (await home.get(receipt_at)).json()
            return status if status["adults"][0]["outcome_class"] else None

        receipt_at = sent.headers["Location"]
        status = await until(heard)
        assert status["adults"][0]["outcome_class"] == "outcome-class@1:proceeding"
        assert status["status"] == "decided"
