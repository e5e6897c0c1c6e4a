"""A limit of one notebook follows it, and no call is lost or counted twice on the way."""

import json
from datetime import datetime, timezone

import pytest

from jupyter_llm_meter.service.context import NoKernels

LIMIT = {"scope": "notebook", "value": "a.ipynb", "window": "total", "unit": "calls", "amount": 3}
HARD = {**LIMIT, "on_exceed": "block"}


class Files(NoKernels):
    """A lab in which some files are."""

    def __init__(self, *paths):
        self.paths = set(paths)

    async def seen_at(self, path):
        return datetime.now(timezone.utc) if path in self.paths else None


@pytest.fixture
def files():
    return Files("a.ipynb")


@pytest.fixture
def begin(start, fixed_limits, files):
    """Start a service with limits on notebooks."""
    return lambda *limits: start(limits=fixed_limits(list(limits)), kernels=files)


@pytest.fixture
def settle(line, caller):
    """Bring calls of a notebook to a service."""

    def bring(service, path, *call_ids):
        lines = [line("settled", each, **{"llm_meter.notebook.path": path}) for each in call_ids]
        status, _answer = caller(service)("/v1/lines", b"\n".join(lines) + b"\n")
        assert status == 200

    return bring


@pytest.fixture
def move(files):
    """Move a notebook or a folder, as the server reports it."""

    def move_in(service, old, new):
        files.paths = {new if path == old else path for path in files.paths}
        service.submit(service.move_notebooks(old, new)).result(30)
        service.submit(service.moves.wait()).result(30)

    return move_in


def used(service):
    document = service.submit(service.standing()).result(30)
    return {each["limit"]["id"]: each["used"] for each in document["standings"]}


def test_a_limit_holds_at_the_new_path_with_what_was_used_before(begin, settle, move):
    service = begin(LIMIT)
    settle(service, "a.ipynb", "1", "2")
    assert used(service) == {"notebook=a.ipynb/total/calls": "2"}
    move(service, "a.ipynb", "sub/b.ipynb")
    assert used(service) == {"notebook=sub/b.ipynb/total/calls": "2"}
    settle(service, "sub/b.ipynb", "3")
    assert used(service) == {"notebook=sub/b.ipynb/total/calls": "3"}


def test_a_limit_follows_the_folder_of_its_notebook_and_back(begin, settle, move):
    service = begin({**LIMIT, "value": "x/a.ipynb"})
    settle(service, "x/a.ipynb", "1")
    move(service, "x", "y/x")
    assert used(service) == {"notebook=y/x/a.ipynb/total/calls": "1"}
    move(service, "y", "z")
    settle(service, "z/x/a.ipynb", "2")
    assert used(service) == {"notebook=z/x/a.ipynb/total/calls": "2"}
    move(service, "z/x", "x")
    assert used(service) == {"notebook=x/a.ipynb/total/calls": "2"}


def test_a_service_that_starts_later_knows_where_the_notebook_is(begin, settle, move):
    service = begin(LIMIT)
    settle(service, "a.ipynb", "1")
    move(service, "a.ipynb", "b.ipynb")
    service.stop()
    assert used(begin(LIMIT)) == {"notebook=b.ipynb/total/calls": "1"}


def test_a_call_under_way_counts_once_towards_the_limit(begin, settle, move):
    service = begin(LIMIT)
    settle(service, "a.ipynb", "1")
    move(service, "a.ipynb", "b.ipynb")
    settle(service, "a.ipynb", "2")  # its kernel was started at the old path
    settle(service, "a.ipynb", "2")  # and its line came twice
    assert used(service) == {"notebook=b.ipynb/total/calls": "2"}


def test_a_hard_limit_refuses_at_the_new_path(begin, settle, move, record, caller):
    service = begin(HARD)
    settle(service, "a.ipynb", "1", "2", "3")
    move(service, "a.ipynb", "b.ipynb")

    def is_granted(path):
        fields = {"llm_meter.call.basis": "missing", "llm_meter.notebook.path": path}
        body = {
            "record": record("next", tokens=None, **fields),
            "text": {"input": "hi"},
            "max_output_tokens": 1,
        }
        return caller(service)("/v1/reserve", json.dumps(body).encode())[1]["granted"]

    assert not is_granted("b.ipynb")
    assert is_granted("other.ipynb")


def test_a_notebook_that_takes_the_old_path_has_the_limit_from_its_first_call(begin, settle, move, files):
    service = begin(LIMIT)
    settle(service, "a.ipynb", "1", "2")
    move(service, "a.ipynb", "b.ipynb")
    files.paths.add("a.ipynb")
    settle(service, "a.ipynb", "3")
    assert used(service) == {"notebook=a.ipynb/total/calls": "1"}
    settle(service, "b.ipynb", "4")
    assert used(service) == {"notebook=a.ipynb/total/calls": "1"}


def test_a_notebook_of_the_same_name_elsewhere_and_a_copy_are_not_meant(begin, settle):
    service = begin(LIMIT)
    settle(service, "a.ipynb", "1")
    settle(service, "sub/a.ipynb", "2")
    settle(service, "a-Copy1.ipynb", "3")
    assert used(service) == {"notebook=a.ipynb/total/calls": "1"}


def test_a_notebook_deleted_and_made_again_keeps_the_limit_of_its_path(begin, settle, files):
    service = begin(LIMIT)
    settle(service, "a.ipynb", "1")
    files.paths.remove("a.ipynb")
    assert used(service) == {"notebook=a.ipynb/total/calls": "1"}
    files.paths.add("a.ipynb")
    settle(service, "a.ipynb", "2")
    assert used(service) == {"notebook=a.ipynb/total/calls": "2"}


def test_a_notebook_opened_by_two_paths_has_the_limit_of_the_path_it_is_called_through(begin, settle, files):
    files.paths.add("link.ipynb")
    service = begin(LIMIT, {**LIMIT, "value": "link.ipynb"})
    settle(service, "a.ipynb", "1")
    settle(service, "link.ipynb", "2", "3")
    assert used(service) == {"notebook=a.ipynb/total/calls": "1", "notebook=link.ipynb/total/calls": "2"}


def test_two_limits_that_come_to_mean_one_notebook_are_both_in_force_if_the_later_is_tighter(
    begin, settle, move
):
    service = begin(LIMIT, {**LIMIT, "value": "b.ipynb", "amount": 2})
    settle(service, "a.ipynb", "1")
    settle(service, "b.ipynb", "2")
    move(service, "a.ipynb", "b.ipynb")
    assert used(service) == {
        "notebook=b.ipynb/total/calls": "2",
        "notebook=b.ipynb/total/calls/own": "2",
    }
