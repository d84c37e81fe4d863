"""Can a developer read what there is, here and nowhere else?"""

import re
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from tests.architecture.doors import SERVICES, document, operations
from tests.support.house import Home

pytestmark = pytest.mark.asyncio(loop_scope="module")

VOID = {"meta", "link", "br", "hr", "img", "input"}


class Page(HTMLParser):
    """What a page is made of."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.tables: list[set[str]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "table":
            self.tables.append(set())
        if "table" in self.open:
            self.tables[-1].add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        """Give the attributes of every such tag."""
        return [attrs for name, attrs in self.tags if name == tag]


@pytest.fixture
def homes(intake: Home, triage: Home, enquiry: Home, dols: Home, notify: Home) -> dict[str, Home]:
    """Give all."""
    return {"intake": intake, "triage": triage, "enquiry": enquiry, "dols": dols, "notify": notify}


@pytest.mark.parametrize("path", ["/docs", "/problems", "/problems/not-found"])
@pytest.mark.parametrize("service", SERVICES)
async def test_a_page_can_be_read_by_everybody(
    homes: dict[str, Home], service: str, path: str
) -> None:
    async with homes[service].client("nobody") as client:
        text = (await client.get(path)).text
    page = Page(text)
    assert not page.open, "every tag ends"
    assert page.all("html") == [{"lang": "en-GB"}]
    assert re.search(r"<title>[^<]+</title>", text)
    assert len(page.all("main")) == 1
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all({"caption", "thead", "th"} <= inside for inside in page.tables)
    assert all(attrs == {"scope": "col"} for attrs in page.all("th"))
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(ids) == len(set(ids))
    for link in page.all("a"):
        to = link["href"] or ""
        assert not to.startswith("#") or to[1:] in ids


@pytest.mark.parametrize("path", ["/docs", "/docs/style.css", "/problems"])
async def test_a_page_loads_nothing_from_elsewhere(intake: Home, path: str) -> None:
    async with intake.client("nobody") as client:
        text = (await client.get(path)).text
        page = Page(text) if path.startswith(("/docs", "/problems")) and "css" not in path else None
        loaded = [link["href"] for link in page.all("link")] if page else []
        for one in loaded:
            assert (await client.get(str(one))).status_code == 200
    assert not re.search(r"https?://|url\(|@import|<script|\bon[a-z]+=|<img|<iframe|style=", text)


@pytest.mark.parametrize("service", SERVICES)
async def test_the_reference_names_every_operation(homes: dict[str, Home], service: str) -> None:
    async with homes[service].client("nobody") as client:
        text = (await client.get("/docs")).text
        served = (await client.get("/openapi.json")).json()
    assert served == document(service)
    for door, operation in operations(service).items():
        assert f"<code>{door}</code>" in text
        assert f'id="{operation["operationId"]}"' in text
        for need in operation["security"][0]["HTTPBearer"]:
            assert need in text
    for shape in document(service)["components"]["schemas"]:
        assert f'id="shape-{shape}"' in text
