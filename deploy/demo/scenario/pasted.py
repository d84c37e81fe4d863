"""Which lines can be pasted into a shell when the play is over?"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from deploy.demo.scenario.parts import COORDINATOR, MANAGERS
from deploy.demo.screen import bearer, curl_lines, token

PARTNER, OTHER = "rosewood-house", "royal-trent-hospital"
ASKED = {
    "person": {"name": "Test Person"},
    "managing_authority": {"kind": "hospital", "cqc_location_id": "RTR01"},
    "care": {"objection": "consistent", "restraint": "regular"},
}


def lines(access: Mapping[str, Any], folder: Path) -> Sequence[str]:
    """Refer an adult, ask for an authorisation, and read what becomes of both."""
    manager, coordinator = bearer(folder, MANAGERS[0]), bearer(folder, COORDINATOR)
    theirs = token(folder, PARTNER)
    partner, hospital = bearer(folder, PARTNER), bearer(folder, OTHER)
    headers = '-H "Content-Type: application/json" -H "Idempotency-Key: $(date +%s)"'
    asked = f"-d '{json.dumps(ASKED)}' \"{access['dols']}/v1/dols-requests\""
    return (
        *curl_lines(access, folder),
        f"curl -sS {hospital} {headers} {asked}; echo",
        f'curl -sS {coordinator} "{access["dols"]}/v1/dols-queue?limit=3"; echo',
        f'curl -sS {manager} "{access["enquiry"]}/v1/enquiries?limit=3"; echo',
        f'curl -sS {partner} "{access["notify"]}/v1/events?limit=5"; echo',
        f'curl -sS {manager} "{access["notify"]}/v1/obligations?limit=5"; echo',
        f'python3 -m deploy.demo.receiver --notify "{access["notify"]}" --token "{theirs}"',
    )
