"""Which one-line faults are planted, and which test has to turn red over each?"""

from dataclasses import dataclass
from pathlib import Path

from deploy.local.places import ROOT

RELAY = ("shared/bus/relay.py", "tests/kernel/bus/test_relay.py")
CONSUMER = ("shared/bus/consumer.py", "tests/kernel/bus/test_hearing.py")
BLOCKED = ("shared/bus/consumer.py", "tests/kernel/bus/test_blocked.py")
REPEATS = ("shared/bus/consumer.py", "tests/kernel/bus/test_repeats.py")
PROJECTOR = ("shared/projections/projector.py", "tests/kernel/test_projector.py")
HANDLE = ("shared/log/handle.py", "tests/kernel/test_handle.py")
RECEIPTS = ("shared/log/log.py", "tests/kernel/test_handle.py")
SQL = "deploy/migrations/service/r0004_one.sql"
APPEND = (SQL, "tests/kernel/test_log.py")
TOGETHER = (SQL, "tests/kernel/test_log_together.py")
CLOCK = (SQL, "tests/kernel/test_log_clock.py")
VAULT = ("shared/sealed/vault.py", "tests/kernel/test_sealed_vault.py")
GROUP = ("shared/together.py", "tests/kernel/test_together.py")
LEASE = ("shared/lease.py", "tests/kernel/test_lease.py")


@dataclass(frozen=True)
class Plant:
    """A fault: in `file`, `new` in place of `old`. The test `red` must fail over it."""

    name: str
    file: str
    old: str
    new: str
    red: str

    def applies(self, root: Path = ROOT) -> str | None:
        """Say why it cannot be planted in the tree at `root`; None where it can."""
        times = (root / self.file).read_text("utf-8").count(self.old)
        if times != 1:
            return f"{self.file} holds the line to be changed {times} times"
        file, _, test = self.red.partition("::")
        path = root / file
        if not path.exists() or f"def {test}(" not in path.read_text("utf-8"):
            return f"there is no test {self.red}"
        return None


def plant(name: str, where: tuple[str, str], old: str, new: str, red: str) -> Plant:
    """Give a fault in the file, and its test in the file of tests, that `where` names."""
    file, tests = where
    return Plant(name, file, old, new, f"{tests}::test_{red}")


PLANTS = (
    # What is told (design 4).
    plant(
        "the relay's checkpoint moves whoever moved it before", RELAY,
        "hash = $3 where position = $1", "hash = $3 where $1::bigint is not null",
        "a_leader_whose_checkpoint_was_moved_stops",
    ),
    plant(
        "the relay moves its checkpoint before it tells", RELAY,
        "await self._publish(rows)",
        "at = await self._move(db, at, rows[-1]); await self._publish(rows); continue",
        "a_crash_before_the_checkpoint_only_repeats",
    ),
    plant(
        "the relay asks no topic whether it tells another history", RELAY,
        "heard = await self._last_told()", "heard = list[Any]()",
        "a_restored_log_is_noticed_and_nothing_is_told",
    ),
    plant(
        "the relay looks back at the last record only", RELAY,
        "self._between(at, max(0, end - 2 * BATCH), end)", "self._between(at, end - 1, end)",
        "late_repeats_at_the_end_of_every_part_hide_no_fork",
    ),
    plant(
        "the relay tells on where the topic lost what it was told",
        (RELAY[0], REPEATS[1]),
        "if tuple(last) not in heard and not await self._lies(db, str(case), tuple(last)):",
        "if False:",
        "a_topic_that_lost_what_was_told_is_noticed_and_told_no_more",
    ),
    plant(
        "late repeats are taken for a topic that was restored",
        (RELAY[0], REPEATS[1]),
        " and not await self._lies(db, str(case), tuple(last)):", ":",
        "a_relay_that_dies_again_and_again_before_its_checkpoint_goes_on_in_the_end",
    ),
    plant(
        "the relay takes its own checkpoint on trust", RELAY,
        "*([(at, loghash)] if at else [])]", "]",
        "a_checkpoint_that_disagrees_with_the_log_is_noticed",
    ),
    plant(
        "the relay passes over what it has no words for", RELAY,
        'raise Undecodable(row["type"])', "continue",
        "an_older_build_that_has_no_words_for_a_public_fact_stops",
    ),
    plant(
        "everybody leads", ("shared/lease.py", RELAY[1]),
        'if not await connection.fetchval("select pg_try_advisory_lock($1, $2)", first, second):',
        "if False:",
        "of_two_relays_one_leads",
    ),
    plant(
        "who froze keeps the job", LEASE,
        '"idle_session_timeout", ', "",
        "who_froze_loses_the_job_and_finds_out_at_the_next_statement",
    ),
    # What is heard.
    plant(
        "a consumer's place moves whoever moved it before", CONSUMER,
        "part = $2 and next = $3", "part = $2 and $3::bigint is not null",
        "an_owner_whose_place_was_moved_keeps_nothing_and_stops",
    ),
    plant(
        "a repeat is taken again", REPEATS,
        "elif not it.said or missing == 0:", "else:",
        "what_was_discarded_stays_so_when_it_is_said_again",
    ),
    plant(
        "a gap is passed over", CONSUMER,
        "missing = it.said - batch.heard.get(it.stream, 0) - 1",
        "missing = min(0, it.said - batch.heard.get(it.stream, 0) - 1)",
        "a_gap_is_waited_for_told_and_forgotten_once_it_is_filled",
    ),
    plant(
        "what was heard is not kept", CONSUMER,
        "await db.executemany(HEAR, heard)", "pass",
        "a_restart_on_the_same_topic_goes_on_where_it_was",
    ),
    plant(
        "a reaction is a new command at every try", CONSUMER,
        "id=uuid5(NAMESPACE_OID, name)", 'id=__import__("uuid").uuid4()',
        "a_crash_between_the_command_and_the_place_changes_nothing",
    ),
    plant(
        "a consumer does not look at the record before its place", CONSUMER,
        "if not found or heading_of(found[0]).witness != tuple(witness):", "if not found:",
        "a_topic_that_is_not_the_one_we_read_stops_us",
    ),
    plant(
        "trouble on the way is taken for poison", CONSUMER,
        "except NOT_POISON:", "except GeneratorExit:",
        "trouble_on_the_way_is_no_fault_of_the_message",
    ),
    plant(
        "poison is passed over silently", BLOCKED,
        "            batch.block(record, heading, why)\n            return False\n",
        "            return True\n",
        "poison_blocks_its_own_case_only_and_its_discard_lets_the_rest_follow",
    ),
    plant(
        "the later messages of a blocked case are taken", BLOCKED,
        "if (record.topic, it.case) in batch.blocked:", "if False:",
        "a_second_stream_of_a_blocked_case_waits_too",
    ),
    plant(
        "what was asked of one message is done to the next", BLOCKED,
        "case when blocked.next = excluded.next then nullif(blocked.wanted, $8) end",
        "nullif(blocked.wanted, $8)",
        "what_was_asked_meanwhile_of_another_message_is_not_done_to_this_one",
    ),
    plant(
        "what waits for its cause waits for ever", BLOCKED,
        "if block.wanted or (block.reason == WAITS and now != head):", "if block.wanted:",
        "what_waits_for_its_cause_goes_on_once_the_cause_is_there",
    ),
    plant(
        "a retry goes no further than one batch", BLOCKED,
        "            start = records[-1].offset + 1\n", "            return\n",
        "a_long_wait_is_made_up_over_many_batches",
    ),
    # What is answered (design 5).
    plant(
        "a projection's position moves whoever moved it before", PROJECTOR,
        "where name = $1 and position = $2", "where name = $1 and $2::bigint is not null",
        "of_two_who_both_think_they_keep_a_table_the_second_moves_nothing",
    ),
    plant(
        "a case whose fold went wrong is folded on", PROJECTOR,
        "isinstance(event.fact, KernelFact) or event.case in self._stale",
        "isinstance(event.fact, KernelFact)",
        "where_a_fold_goes_wrong_that_case_keeps_its_last_good_row_and_others_go_on",
    ),
    # What is recorded (design 3).
    plant(
        "a repeat is decided before its receipt is looked for", HANDLE,
        "if receipt:  # first of all", "if receipt and attempt:  # first of all",
        "a_repeat_gets_the_first_receipt_even_though_it_could_not_be_done_again",
    ),
    plant(
        "a repeat with If-Match is judged by its version first", HANDLE,
        "if receipt:  # first of all", "if receipt and expected is None:  # first of all",
        "a_repeat_with_if_match_gets_the_first_receipt_after_the_state_moved_on",
    ),
    plant(
        "the log compares no fingerprints", APPEND,
        "case when past is not distinct from a_fingerprint then 'duplicate' else 'reused' end",
        "'duplicate'",
        "in_one_call_each_request_gets_its_own_outcome_and_none_harms_its_neighbour",
    ),
    plant(
        "the log compares no versions", APPEND,
        "if o.version <> expected then", "if false then",
        "in_one_call_each_request_gets_its_own_outcome_and_none_harms_its_neighbour",
    ),
    plant(
        "private facts are counted among the said", APPEND,
        "if public[i] then told := told + 1; end if;", "told := told + 1;",
        "in_one_call_each_request_gets_its_own_outcome_and_none_harms_its_neighbour",
    ),
    plant(
        "a request records the facts of the one before it", APPEND,
        "    f := f + counts[r];\n", "",
        "in_one_call_each_request_gets_its_own_outcome_and_none_harms_its_neighbour",
    ),
    plant(
        "an append may run where it cannot see the last row", APPEND,
        "current_setting('transaction_isolation') <> 'read committed' or ", "",
        "an_append_that_could_not_see_the_last_row_is_refused",
    ),
    plant(
        "positions come from a sequence", TOGETHER,
        "o.position := e.position + 1;",
        "execute 'create sequence if not exists log.place'; o.position := nextval('log.place');",
        "what_was_rolled_back_leaves_no_gap",
    ),
    plant(
        "appends do not wait for one another", TOGETHER,
        "perform pg_advisory_xact_lock(8112, 1);", "perform 1;",
        "sixteen_writers_leave_no_gap_and_a_reader_sees_each_fact_once_in_order",
    ),
    plant(
        "an append is acknowledged before it is on disk",
        (SQL, "tests/survival/test_a_killed_database.py"),
        "perform pg_advisory_xact_lock(8112, 1);",
        "perform pg_advisory_xact_lock(8112, 1), set_config('synchronous_commit', 'off', true);",
        "nothing_acknowledged_is_lost_when_the_database_is_killed_under_32_writers",
    ),
    plant(
        "nobody notes that the clock was put back", CLOCK,
        "if e.recorded_at > clock + interval '5 minutes' then", "if false then",
        "a_clock_put_back_by_years_is_noted_once_and_then_believed",
    ),
    plant(
        "recorded_at runs backwards", CLOCK,
        "greatest(clock, e.recorded_at), null)", "clock, null)",
        "a_clock_put_back_by_two_minutes_is_waited_for",
    ),
    plant(
        "a key is not kept before what it shut", VAULT,
        "rows = await self._ask(query, subjects,",
        'rows = (lambda *all: __import__("asyncio").ensure_future(self._ask(*all)) and [])'
        "(query, subjects,",
        "while_the_vault_is_away_nothing_is_recorded_about_anybody",
    ),
    plant(
        "the log compares no fingerprints where many append at once", APPEND,
        "when k.fingerprint is not distinct from a.fingerprint then 'duplicate' else 'reused' end",
        "when true then 'duplicate' end",
        "any_history_lies_as_the_model_says",
    ),
    plant(
        "the log compares no versions where many append at once", APPEND,
        "case when coalesce(v.version, 0) = a.version then 'ok' else 'conflict' end", "'ok'",
        "any_history_lies_as_the_model_says",
    ),
    plant(
        "what was said before is forgotten where many append at once", APPEND,
        "a.told + count(*) filter (where b.public)", "count(*) filter (where b.public)",
        "any_history_lies_as_the_model_says",
    ),
    plant(
        "a repeat with another body gets the first receipt", RECEIPTS,
        'if done[-1]["fingerprint"] != act.fingerprint:', "if False:",
        "the_same_key_with_another_body_is_refused",
    ),
    plant(
        "an outcome that got lost is asked for as a new act",
        ("shared/log/appender.py", TOGETHER[1]),
        "*call_for(group))",
        'APPEND_ONE, __import__("uuid").uuid4(), *call_for(group)[2:])',
        "an_answer_that_got_lost_is_had_again_and_the_act_is_done_once",
    ),
    plant(
        "who goes away takes the others of the group along", GROUP,
        "if not answer.done():\n                    answer.set_result", "answer.set_result",
        "who_goes_away_takes_nothing_along",
    ),
    plant(
        "a bad request fails its neighbours", GROUP,
        "if len(group) > 1 and not isinstance(why, Unavailable):", "if False:",
        "a_bad_member_fails_alone",
    ),
    plant(
        "no place is kept for what begins",
        ("shared/log/appender.py", "tests/kernel/test_appender.py"),
        "reserve=RESERVED if asked.after else 0", "reserve=0",
        "what_begins_is_taken_when_other_writes_are_turned_away",
    ),
)  # fmt: skip
