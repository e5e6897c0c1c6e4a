"""What a ledger says is usual for a user's calls to a model, and which model answers for which."""

from datetime import timedelta

import pytest
from ledger_samples import NOW, call

from jupyter_llm_meter.core.reservation import UsualTokens
from jupyter_llm_meter.ledger import engine as database
from jupyter_llm_meter.ledger.reservations import usual
from jupyter_llm_meter.ledger.reservations.usual import FEWEST, UsualUse


@pytest.fixture
def settle(ledger):
    def write(number, **fields):
        records = [
            call(
                f"{fields.get('request_model', 'gpt-4o')}-{n}",
                started_at=NOW + timedelta(seconds=n),
                **fields,
            )
            for n in range(number)
        ]
        ledger.settle(records, [], NOW)

    return write


@pytest.fixture
def use(ledger, database_url):
    engine = database.make_engine(database.parse_url(database_url))
    yield UsualUse(engine)
    engine.dispose()


def test_nothing_is_usual_before_there_are_enough_calls(settle, use):
    settle(FEWEST - 1)
    assert use.tokens(call("new")) == UsualTokens()


def test_what_is_usual_is_the_users_own_at_the_model(settle, use):
    settle(FEWEST, input_tokens=300, output_tokens=40)
    assert use.tokens(call("new")) == UsualTokens(300, 40)
    assert use.tokens(call("new", user_id="bob")) == UsualTokens()
    assert use.tokens(call("new", user_id=None)) == UsualTokens()
    assert use.tokens(call("new", request_model=None)) == UsualTokens()


def test_the_model_that_answered_last_is_expected_to_answer_again(settle, use):
    settle(1, response_model="gpt-4o-2024-08-06")
    assert use.answering_model(call("new")) == "gpt-4o-2024-08-06"
    assert use.answering_model(call("new", request_model="other")) == "other"
    assert use.answering_model(call("new", request_model=None)) is None


def test_a_settled_call_says_which_model_answers_from_now_on(use):
    assert use.answering_model(call("new")) == "gpt-4o"
    use.learn_from(call("settled", response_model="gpt-4o-2024-11-20"))
    assert use.answering_model(call("new")) == "gpt-4o-2024-11-20"


def test_more_is_never_remembered_than_has_room(settle, use, monkeypatch):
    monkeypatch.setattr(usual, "_MOST_KEPT", 1)
    settle(1, response_model="gpt-4o-2024-08-06")
    for _ in range(2):
        assert use.answering_model(call("new")) == "gpt-4o-2024-08-06"
        assert use.answering_model(call("new", request_model="other")) == "other"
