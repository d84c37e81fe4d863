"""Does a service keep what its OpenAPI document says, whatever is asked of it?"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from threading import Event, Thread
from typing import Any, TypeVar

import pytest
import schemathesis
import uvicorn
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    ignored_auth,
    missing_required_header,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)

from tests.architecture.doors import SERVICES, document
from tests.http.conftest import home_is_ready
from tests.support.house import House, at_home
from tests.support.patience import until

pytestmark = pytest.mark.slow

Test = TypeVar("Test")

SEEDED = settings(
    max_examples=3, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
ALWAYS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    unsupported_method,
    missing_required_header,
    ignored_auth,
]
PARTNER = ("referrals.write", "referrals.read", "dols.write", "dols.read")
SUBSCRIBER = ("webhooks.manage", "events.read", "obligations.read")
STAFF = (
    "customer-contact", "screener", "enquiry-lead", "safeguarding-adults-manager", "operator",
    "dols-coordinator", "dols-signatory", "assessor", "sab-partner-lead",
)  # fmt: skip


def schema(service: str) -> Any:
    """Give what makes requests from the document of `service`."""
    config = schemathesis.Config.from_dict({"phases": {"coverage": {"enabled": False}}})
    return schemathesis.openapi.from_dict(dict(document(service)), config=config)


@contextmanager
def serving(house: House, service: str) -> Iterator[str]:
    """Serve in a loop of its own, for those who do not wait in ours; give the address."""
    started, at = Event(), list[uvicorn.Server]()

    async def serve() -> None:
        async with at_home(house, service) as home:
            await until(home_is_ready(home))
            config = uvicorn.Config(
                home.app, port=0, log_config=None, server_header=False, lifespan="off"
            )
            at.append(uvicorn.Server(config))
            task = asyncio.create_task(at[0].serve())
            await until(_started(at[0]))
            started.set()
            await task

    def _started(server: uvicorn.Server) -> Any:
        async def ask() -> bool:
            return server.started

        return ask

    thread = Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    try:
        assert started.wait(60)
        yield f"http://127.0.0.1:{at[0].servers[0].sockets[0].getsockname()[1]}"
    finally:
        at[0].should_exit = True
        thread.join()


@pytest.fixture(scope="module")
def addresses(shared_house: House) -> Iterator[dict[str, str]]:
    """Give where the services are served."""
    with ExitStack() as served:
        yield {name: served.enter_context(serving(shared_house, name)) for name in SERVICES}


def ask(case: Any, address: str, house: House, *may: str) -> None:
    """Ask, and see that the answer is as the document says."""
    checks = list(ALWAYS)
    if not case.operation.definition.raw.get("x-open-door"):
        checks.append(negative_data_rejection)
    case.call_and_validate(base_url=address, headers=house.token("ash", *may), checks=checks)


def of_all(service: str) -> Callable[[Test], Test]:
    """Make a test one for every operation of `service`."""
    every: Callable[[Test], Test] = schema(service).parametrize()
    return every


@of_all("intake")
@SEEDED
def test_intake_keeps_what_its_document_says(
    case: Any, addresses: dict[str, str], shared_house: House
) -> None:
    ask(case, addresses["intake"], shared_house, *PARTNER, *STAFF)


@of_all("triage")
@SEEDED
def test_triage_keeps_what_its_document_says(
    case: Any, addresses: dict[str, str], shared_house: House
) -> None:
    ask(case, addresses["triage"], shared_house, *STAFF)


@of_all("enquiry")
@SEEDED
def test_enquiry_keeps_what_its_document_says(
    case: Any, addresses: dict[str, str], shared_house: House
) -> None:
    ask(case, addresses["enquiry"], shared_house, *STAFF)


@of_all("notify")
@SEEDED
def test_notify_keeps_what_its_document_says(
    case: Any, addresses: dict[str, str], shared_house: House
) -> None:
    ask(case, addresses["notify"], shared_house, *SUBSCRIBER, *STAFF)


@of_all("dols")
@SEEDED
def test_dols_keeps_what_its_document_says(
    case: Any, addresses: dict[str, str], shared_house: House
) -> None:
    ask(case, addresses["dols"], shared_house, *PARTNER, *STAFF)


@of_all("triage")
@settings(SEEDED, max_examples=2)
def test_triage_keeps_it_to_a_partner_as_well(
    case: Any, addresses: dict[str, str], shared_house: House
) -> None:
    ask(case, addresses["triage"], shared_house, *PARTNER)
