"""Own amounts replace a limit's for one subject; every change is written down, and can be put back."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from ledger_samples import NOW, call, limit, missing

from jupyter_llm_meter.core.reservation import CallBounds
from jupyter_llm_meter.ledger import Raise, credits, hub_limits, imports, quota_lists, quota_requests, quotas
from jupyter_llm_meter.ledger.credits import Credit
from jupyter_llm_meter.ledger.quota_requests import More
from jupyter_llm_meter.ledger.quotas import Author, Conflict, OwnAmount, UnknownChange

HARD = limit("day", "tokens", 1000, on_exceed="block")
BOSS, LEAD = Author("boss"), Author("lena", is_lead=True)
LATER = NOW + timedelta(seconds=1)


def set_amounts(ledger, author=BOSS, now=NOW, **amounts):
    """Set own amounts of HARD by subject, as one change set; returns its id."""
    change_id = quotas.new_change_id()
    wanted = [
        OwnAmount(HARD.id, name, None if amount is None else Decimal(amount))
        for name, amount in amounts.items()
    ]
    ledger.write(quotas.stage, change_id, wanted)
    ledger.write(quotas.apply, change_id, "set", author, now)
    return change_id


def amounts_of(ledger):
    return {each["subject"]: each["amount"] for each in ledger.read(quota_lists.own_amounts, None)}


def test_an_own_amount_replaces_that_of_the_limit_for_its_subject_alone(ledger):
    ledger.settle([call("a"), call("b", user_id="bob")], [HARD], NOW)
    set_amounts(ledger, alice=50, bob=2000)
    found = {each.subject: (each.amount, each.level) for each in ledger.standings([HARD], NOW)}
    assert found == {"alice": (50, "blocked"), "bob": (2000, "ok")}
    assert [each.amount for each in ledger.standings([HARD], NOW, only="bob")] == [2000]


def test_a_raise_adds_to_an_own_amount(ledger):
    set_amounts(ledger, alice=50)
    raised = Raise(
        "r", HARD.id, "alice", Decimal(25), "tokens", "exam", "boss", NOW, NOW + timedelta(hours=1)
    )
    ledger.add_raise(raised, [HARD], NOW)
    [standing] = ledger.standings([HARD], NOW, {"user": "alice"}, "alice")
    assert (standing.amount, standing.raised) == (75, 25)


def test_no_own_amount_loosens_a_limit_that_is_a_ceiling(ledger):
    ledger.settle([call("a"), call("b", user_id="bob")], [HARD], NOW)
    set_amounts(ledger, alice=50, bob=2000)
    found = ledger.standings([replace(HARD, is_ceiling=True)], NOW)
    assert {each.subject: each.amount for each in found} == {"alice": 50, "bob": 1000}


def test_calls_are_decided_on_by_the_own_amount(ledger):
    def is_granted(call_id, user):
        bounds = CallBounds(missing(call_id, user_id=user), 100, 100)
        return ledger.reserve([bounds], [HARD], NOW) == [None]

    assert is_granted("a", "alice")
    set_amounts(ledger, alice=250, bob=100)
    assert not is_granted("b", "alice")
    assert not is_granted("c", "bob")
    assert is_granted("d", "carol")


def test_alerts_are_raised_by_the_own_amount(ledger):
    set_amounts(ledger, alice=100, bob=100_000)
    used = [
        call("a", input_tokens=100, output_tokens=0),
        call("b", user_id="bob", input_tokens=1000, output_tokens=0),
    ]
    crossed = ledger.settle(used, [HARD], NOW).crossed
    assert [(alert.subject, alert.amount) for alert in crossed] == [("alice", 100)]


def test_a_smaller_own_amount_that_is_set_in_between_is_noticed_by_the_next_call(ledger):
    for number in range(3):
        assert (
            ledger.settle([call(f"before-{number}", input_tokens=10, output_tokens=0)], [HARD], NOW).crossed
            == []
        )
    set_amounts(ledger, alice=50)
    first = ledger.settle([call("a", input_tokens=5, output_tokens=0)], [HARD], NOW).crossed
    second = ledger.settle([call("b", input_tokens=10, output_tokens=0)], [HARD], NOW).crossed
    assert (first, [(each.kind, each.amount) for each in second]) == ([], [("warning", 50)])


def test_many_subjects_have_their_own_amounts_at_once(ledger):
    used = [call(f"call-{number}", user_id=f"user-{number}") for number in range(1001)]
    set_amounts(ledger, **{"user-7": 50})
    crossed = ledger.settle(used, [HARD], NOW).crossed
    assert [alert.subject for alert in crossed] == ["user-7"]


def test_the_trail_says_who_changed_what_from_what_to_what(ledger):
    first = set_amounts(ledger, alice=50)
    second = set_amounts(ledger, LEAD, LATER, alice=60, bob=70)
    third = set_amounts(ledger, now=LATER + timedelta(seconds=1), alice=None)
    trail = ledger.read(quota_lists.changes, ["alice"])
    assert [(each["change_id"], each["made_by"], each["before"], each["after"]) for each in trail] == [
        (third, "boss", "60", None),
        (second, "lena", "50", "60"),
        (first, "boss", None, "50"),
    ]
    assert len(ledger.read(quota_lists.changes, None)) == 4
    assert [each["subject"] for each in ledger.read(quota_lists.changes, None, second)] == ["alice", "bob"]


def test_what_does_not_change_is_not_written_down(ledger):
    first = set_amounts(ledger, alice=50)
    set_amounts(ledger, LEAD, alice=50)
    assert [each["change_id"] for each in ledger.read(quota_lists.changes, None)] == [first]
    assert ledger.read(quotas.version_of, HARD.id, "alice")["set_by"] == "boss"
    assert ledger.read(quotas.version_of, HARD.id, "bob") is None


def test_a_change_set_is_put_back(ledger):
    set_amounts(ledger, alice=50, bob=70)
    second = set_amounts(ledger, now=LATER, alice=60, bob=None, carol=80)
    undone, count = ledger.write(quotas.undo, second, BOSS, LATER)
    assert count == 3 and amounts_of(ledger) == {"alice": "50", "bob": "70"}
    ledger.write(quotas.undo, undone, BOSS, LATER)
    assert amounts_of(ledger) == {"alice": "60", "carol": "80"}


@pytest.mark.parametrize("since", [{"alice": 61}, {"alice": None}, {"bob": 71}])
def test_a_change_set_is_not_put_back_where_somebody_changed_it_since(ledger, since):
    set_amounts(ledger, alice=50, bob=70)
    second = set_amounts(ledger, now=LATER, alice=60, bob=None)
    set_amounts(ledger, LEAD, LATER, **since)
    before = amounts_of(ledger)
    with pytest.raises(Conflict, match="changed since") as caught:
        ledger.write(quotas.undo, second, BOSS, LATER)
    assert [each["subject"] for each in caught.value.now] == list(since)
    assert amounts_of(ledger) == before


def test_an_unknown_change_set_is_not_put_back(ledger):
    with pytest.raises(UnknownChange, match="'nothing'"):
        ledger.write(quotas.undo, "nothing", BOSS, NOW)


def test_own_amounts_come_by_the_page(ledger):
    set_amounts(ledger, alice=1, bob=2, carol=3)
    first = ledger.read(quota_lists.own_amounts, None, HARD.id, None, 2)
    assert [each["subject"] for each in first] == ["alice", "bob"]
    after = (first[-1]["subject"], first[-1]["limit_id"])
    assert [each["subject"] for each in ledger.read(quota_lists.own_amounts, None, None, after, 2)] == [
        "carol"
    ]
    assert [each["amount"] for each in ledger.read(quota_lists.own_amounts, ["bob"])] == ["2"]


def rows(*subjects, amount="5", start=2):
    return [OwnAmount(HARD.id, name, Decimal(amount), start + number) for number, name in enumerate(subjects)]


def test_an_import_is_compared_and_then_applied_as_a_whole(ledger):
    set_amounts(ledger, alice=5, bob=7, dave=9)
    mine = ledger.write(imports.begin, BOSS, NOW)
    assert ledger.write(imports.add_lines, mine, BOSS, rows("alice", "bob")) == []
    assert ledger.write(imports.add_lines, mine, BOSS, rows("carol", start=4)) == []
    found = ledger.write(imports.compare, mine, BOSS, is_replacing=True)
    assert [found[name] for name in ("added", "changed", "unchanged", "removed")] == [1, 1, 1, 1]
    assert {(each["subject"], each["before"], each["after"]) for each in found["differences"]} == {
        ("bob", "7", "5"),
        ("carol", None, "5"),
        ("dave", "9", None),
    }
    assert ledger.read(imports.names, mine, "user", "") == ["alice", "bob", "carol"]
    assert ledger.read(imports.names, mine, "user", "bob") == ["carol"]
    assert amounts_of(ledger)["bob"] == "7"
    done = ledger.write(imports.finish, mine, BOSS, LATER, is_replacing=False)
    assert done == {"id": mine, "changed": 2}
    assert amounts_of(ledger) == {"alice": "5", "bob": "5", "carol": "5", "dave": "9"}
    assert ledger.write(imports.finish, mine, BOSS, LATER, is_replacing=False) == done
    ledger.write(quotas.undo, mine, BOSS, LATER)
    assert amounts_of(ledger) == {"alice": "5", "bob": "7", "dave": "9"}


def test_a_subject_that_comes_twice_in_a_file_is_left_out_and_named_with_its_first_line(ledger):
    mine = ledger.write(imports.begin, BOSS, NOW)
    [(line, first)] = ledger.write(imports.add_lines, mine, BOSS, rows("alice", "bob", "alice"))
    assert (line.line, first) == (4, 2)
    [(line, first)] = ledger.write(imports.add_lines, mine, BOSS, rows("bob", start=9))
    assert (line.line, first) == (9, 3)


def test_an_import_is_only_for_who_began_it(ledger):
    mine = ledger.write(imports.begin, BOSS, NOW)
    for work in (
        lambda: ledger.write(imports.add_lines, mine, LEAD, rows("alice")),
        lambda: ledger.write(imports.compare, mine, LEAD, is_replacing=False),
        lambda: ledger.write(imports.finish, mine, LEAD, NOW, is_replacing=False),
        lambda: ledger.write(imports.discard, mine, LEAD),
    ):
        with pytest.raises(UnknownChange, match="no import"):
            work()


def test_an_import_has_no_more_lines_than_it_may(ledger):
    mine = ledger.write(imports.begin, BOSS, NOW)
    ledger.write(imports.add_lines, mine, BOSS, rows("alice", "bob"), 2)
    with pytest.raises(imports.TooManyLines, match="at most 2 lines"):
        ledger.write(imports.add_lines, mine, BOSS, rows("carol"), 2)


def test_an_import_that_is_discarded_or_a_day_old_is_gone(ledger):
    discarded = ledger.write(imports.begin, BOSS, NOW)
    ledger.write(imports.add_lines, discarded, BOSS, rows("alice"))
    ledger.write(imports.discard, discarded, BOSS)
    old = ledger.write(imports.begin, BOSS, NOW)
    ledger.write(imports.add_lines, old, BOSS, rows("bob"))
    ledger.write(imports.begin, BOSS, NOW + timedelta(days=2))
    for gone in (discarded, old):
        with pytest.raises(UnknownChange):
            ledger.write(imports.compare, gone, BOSS, is_replacing=False)
        assert ledger.read(imports.names, gone, "user", "") == []


LIMIT = hub_limits.SetLimit(HARD.id, {"window": "day", "unit": "tokens", "amount": 1000}, NOW, LATER)


def test_a_limit_is_set_changed_and_removed_with_its_version_and_counted(ledger):
    assert ledger.read(hub_limits.generation) == "0"
    first = ledger.write(hub_limits.put, LIMIT, None, BOSS, NOW)
    second = ledger.write(hub_limits.put, replace(LIMIT, ends_at=None), first.version, BOSS, LATER)
    assert ledger.read(hub_limits.all_limits) == [second]
    assert ledger.read(hub_limits.generation) == "2"
    ledger.write(hub_limits.remove, HARD.id, second.version, BOSS, LATER)
    assert ledger.read(hub_limits.all_limits) == []
    trail = ledger.read(quota_lists.changes, None)
    assert {
        (each["kind"], each["subject"], each["before"] is None, each["after"] is None) for each in trail
    } == {
        ("limit", None, True, False),
        ("limit", None, False, False),
        ("limit", None, False, True),
    }
    with pytest.raises(UnknownChange):
        ledger.write(quotas.undo, first.version, BOSS, LATER)


def test_a_limit_that_somebody_else_has_changed_or_removed_is_not_changed(ledger):
    version = ledger.write(hub_limits.put, LIMIT, None, BOSS, NOW).version
    newer = ledger.write(hub_limits.put, LIMIT, version, BOSS, NOW).version
    for known in (version, None):
        with pytest.raises(Conflict, match="changed") as caught:
            ledger.write(hub_limits.put, LIMIT, known, BOSS, NOW)
        assert caught.value.now[0]["version"] == newer
    ledger.write(hub_limits.remove, HARD.id, newer, BOSS, NOW)
    with pytest.raises(Conflict, match="not there any more"):
        ledger.write(hub_limits.remove, HARD.id, newer, BOSS, NOW)
    with pytest.raises(Conflict, match="no limit"):
        ledger.write(hub_limits.remove, HARD.id, None, BOSS, NOW)


def test_there_are_only_so_many_limits(ledger, monkeypatch):
    monkeypatch.setattr(hub_limits, "MOST_LIMITS", 1)
    version = ledger.write(hub_limits.put, LIMIT, None, BOSS, NOW).version
    ledger.write(hub_limits.put, LIMIT, version, BOSS, NOW)
    with pytest.raises(hub_limits.TooMany, match="own amounts"):
        ledger.write(hub_limits.put, replace(LIMIT, limit_id="other"), None, BOSS, NOW)


def test_one_amount_is_set_with_the_version_that_it_replaces(ledger):
    mine = OwnAmount(HARD.id, "alice", Decimal(5))
    version = ledger.write(quotas.set_one, mine, None, BOSS, NOW)["version"]
    with pytest.raises(Conflict) as caught:
        ledger.write(quotas.set_one, mine, None, BOSS, NOW)
    assert caught.value.now[0]["version"] == version
    with pytest.raises(Conflict) as caught:
        ledger.write(quotas.set_one, replace(mine, subject="bob"), version, BOSS, NOW)
    assert caught.value.now == []
    assert ledger.write(quotas.set_one, replace(mine, amount=None), version, BOSS, LATER) is None


def test_a_credit_is_given_once_for_each_key(ledger):
    credit = Credit("key", HARD, "alice", Decimal("2.5"))
    first = ledger.write(credits.give, credit, BOSS, NOW)
    assert (first["before"], first["amount"], first["is_repeated"]) == ("1000", "1002.5", False)
    assert ledger.write(credits.give, credit, BOSS, NOW) == {**first, "is_repeated": True}
    assert ledger.write(credits.give, replace(credit, key="other"), BOSS, LATER)["amount"] == "1005"
    with pytest.raises(Conflict, match="another credit"):
        ledger.write(credits.give, replace(credit, user="bob"), BOSS, NOW)


MORE = More("alice", "physics", HARD.id, Decimal(50), "tokens", "exam")


def test_a_request_is_granted_once_with_a_raise(ledger):
    asked = ledger.write(quota_requests.ask, MORE, NOW)
    with pytest.raises(Conflict, match="already"):
        ledger.write(quota_requests.ask, MORE, NOW)
    raised = Raise(
        "r", HARD.id, "alice", Decimal(30), "tokens", "exam", "lena", NOW, NOW + timedelta(hours=1)
    )
    done = ledger.write(quota_requests.decide, asked["id"], "lena", "good luck", raised, LATER)
    assert (done["state"], done["granted"], done["answer"]) == ("granted", "30", "good luck")
    assert [each.id for each in ledger.raises()] == ["r"]
    with pytest.raises(Conflict, match="granted by lena"):
        ledger.write(quota_requests.decide, asked["id"], "boss", None, replace(raised, id="s"), LATER)
    assert [each.id for each in ledger.raises()] == ["r"]
    with pytest.raises(UnknownChange):
        ledger.write(quota_requests.decide, "unknown", "boss", None, None, LATER)


def test_requests_are_listed_by_user_team_state_and_time(ledger):
    mine = ledger.write(quota_requests.ask, MORE, NOW)
    ledger.write(quota_requests.ask, replace(MORE, user="bob", team=None), NOW)
    ledger.write(quota_requests.decide, mine["id"], "boss", None, None, NOW)

    def users(*args, **named):
        return sorted(each["user"] for each in ledger.read(quota_requests.requests, *args, **named))

    assert users(None, ()) == ["alice", "bob"]
    assert users("bob", ()) == ["bob"]
    assert users("lena", ["physics"]) == ["alice"]
    assert users(None, (), state="open") == ["bob"]
    assert users(None, (), since=LATER) == ["bob"]
    assert users(None, (), since=NOW) == ["alice", "bob"]
