"""Do the alerts and the dashboard speak of what the services measure, and do the alerts fire?"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml  # type: ignore[import-untyped]
from prometheus_client.metrics import MetricWrapperBase

from services.notify.gateways import dispatcher
from shared import telemetry
from tests.architecture.doors import ROOT

HERE = ROOT / "deploy" / "observability"
RULES, TRIED, DASHBOARD = (HERE / it for it in ("alerts.yml", "alerts.test.yml", "dashboard.json"))
NAME = re.compile(r"\bsafeguarding_[a-z_]+")
LABEL = re.compile(r"([a-z_]+)\s*=~?\s*\"|by \(([a-z_, ]+)\)|\{\{ ?(?:\$labels\.)?([a-z_]+) ?\}\}")
OF_PROMETHEUS = {"job", "instance", "le", "alertname", "alertstate"}
needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None,
    reason="promtool (Debian's package prometheus) is not at hand: alert rules were not tried",
)


def measured() -> dict[str, set[str]]:
    """Give every series that the services export, and its labels."""
    found = dict[str, set[str]]()
    for it in (*vars(telemetry).values(), *vars(dispatcher).values()):
        if isinstance(it, MetricWrapperBase):
            labels = set(it._labelnames)
            name, kind = it._name, str(it._type)
            ends = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"]}
            found |= {f"{name}{end}": labels for end in ends.get(kind, [""])}
    return found


def rules() -> list[Any]:
    told = yaml.safe_load(RULES.read_text("utf-8"))
    return [rule for group in told["groups"] for rule in group["rules"]]


ALERTS = {str(rule["alert"]): rule for rule in rules()}
each_alert = pytest.mark.parametrize("alert", ALERTS)


def shown() -> Iterator[str]:
    """Give what the dashboard asks for, with the legend that names its labels."""
    for panel in json.loads(DASHBOARD.read_text("utf-8"))["panels"]:
        for target in panel["targets"]:
            yield f"{target['expr']} {target['legendFormat']}"


def labels(text: str) -> set[str]:
    groups = [part for found in LABEL.findall(text) for part in found if part]
    return {name.strip() for part in groups for name in part.split(",")}


def unknown(text: str) -> set[str]:
    """Give the series and labels in `text` that no service exports."""
    known = measured()
    named = set(NAME.findall(text))
    lost = named - known.keys()
    theirs = set[str]().union(*(known.get(it, set()) for it in named))
    return lost | (labels(text) - theirs - OF_PROMETHEUS)


@each_alert
def test_an_alert_asks_for_what_is_measured(alert: str) -> None:
    rule = ALERTS[alert]
    assert unknown(f"{rule['expr']} {rule['annotations']['summary']}") == set()


def test_the_dashboard_shows_what_is_measured_and_all_of_it() -> None:
    assert [it for it in shown() if unknown(it)] == []
    everything = " ".join(shown())
    whole = {re.sub("_(bucket|sum|count)$", "", it) for it in measured()}
    assert {it for it in whole if it not in everything} == set()


@pytest.mark.parametrize(
    "text",
    ["safeguarding_relay_lag", 'safeguarding_can_append{case="1"}', "safeguarding_blocked_total",
     "sum by (partner) (safeguarding_can_append)", "safeguarding_can_append {{ $labels.loop }}"],
)  # fmt: skip
def test_what_nobody_measures_would_be_found(text: str) -> None:
    assert unknown(text)


def test_no_label_names_a_case_a_partner_or_a_person() -> None:
    known = set[str]().union(*measured().values())
    assert known == {
        "service", "route", "method", "status", "outcome", "projection", "loop", "error", "kind",
        "when",
    }  # fmt: skip


@each_alert
def test_an_alert_says_what_to_do_and_where_to_read_on(alert: str) -> None:
    told = ALERTS[alert]["annotations"]
    assert re.fullmatch(r"[A-Z].{40,}[.]", told["runbook"])
    assert re.fullmatch(r"[A-Z{].{20,}[.]", told["summary"])
    assert ALERTS[alert]["labels"]["severity"] in {"page", "ticket"}
    file, _, section = told["runbook_url"].partition("#")
    headings = re.findall(r"^#+ (.+)$", (ROOT / file).read_text("utf-8"), re.MULTILINE)
    anchors = {re.sub(r"[^a-z0-9 -]", "", it.lower()).replace(" ", "-") for it in headings}
    assert section in anchors


def test_panels_lie_beside_one_another() -> None:
    taken = set[tuple[int, int]]()
    for panel in json.loads(DASHBOARD.read_text("utf-8"))["panels"]:
        x, y, w, h = (panel["gridPos"][it] for it in "xywh")
        cells = {(column, row) for column in range(x, x + w) for row in range(y, y + h)}
        assert not taken & cells, panel["title"]
        assert x + w <= 24
        taken |= cells


def promtool(*words: str, at: Path = HERE) -> tuple[bool, str]:
    done = subprocess.run(
        ["promtool", *words], cwd=at, text=True, check=False, timeout=60,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    return done.returncode == 0, done.stdout


@pytest.mark.slow
@needs_promtool
def test_promtool_takes_the_rules_and_each_fires_when_it_should_and_only_then() -> None:
    for words in [("check", "rules", RULES.name), ("test", "rules", TRIED.name)]:
        content, told = promtool(*words)
        assert content, told


@pytest.mark.slow
@needs_promtool
def test_an_alert_that_never_or_always_fires_would_be_found(tmp_path: Path) -> None:
    shutil.copy(TRIED, tmp_path)
    for expr in ("vector(0) > 1", "vector(1)"):
        told = yaml.safe_load(RULES.read_text("utf-8"))
        for rule in told["groups"][0]["rules"]:
            rule["expr"] = expr
        (tmp_path / RULES.name).write_text(yaml.safe_dump(told), "utf-8")
        content, said = promtool("test", "rules", TRIED.name, at=tmp_path)
        assert not content
        line = "exp:" if expr != "vector(1)" else "got:"
        named = " ".join(it for it in said.splitlines() if line in it)
        assert {it for it in ALERTS if f'alertname="{it}"' not in named} == set()
