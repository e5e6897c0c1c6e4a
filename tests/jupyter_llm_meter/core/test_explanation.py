"""Explanations: every code has a text, and every text gets the values that it names."""

import ast
import json
import re
from pathlib import Path

import pytest

import jupyter_llm_meter
from jupyter_llm_meter.core.errors import LimitError
from jupyter_llm_meter.core.explanation import TEXTS, ExplainedError, Explanation, explain, explanation_of

PACKAGE = Path(jupyter_llm_meter.__file__).parent
VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "explanations.json").read_text("utf-8"))


def explained_errors():
    """The names of all classes of errors with an explanation, as they are raised."""
    import jupyter_llm_meter.alerts.errors
    import jupyter_llm_meter.environments.errors
    import jupyter_llm_meter.ledger.errors
    import jupyter_llm_meter.policy.errors
    import jupyter_llm_meter.tokenizers.errors  # noqa: F401

    pending, names = [ExplainedError], set()
    while pending:
        kind = pending.pop()
        names.add(kind.__name__)
        pending += kind.__subclasses__()
    return names


def made():
    """All explanations that the code makes with a literal code: where, the code, the names of the values."""
    errors = explained_errors()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = ast.unparse(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else ""
            if (name in errors or name == "explain") and isinstance(node.args[0], ast.Constant):
                names = [keyword.arg for keyword in node.keywords]
                where = f"{path.name}:{node.lineno}"
                yield where, node.args[0].value, None if None in names else set(names)


def places(text):
    return set(re.findall(r"\{([a-z_]+)\}", text))


def test_every_explanation_that_the_code_makes_has_a_text_and_its_values():
    for where, code, names in made():
        assert code in TEXTS, where
        assert names is None or names == places(TEXTS[code]), where


def test_every_text_is_used():
    source = "".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py"))
    assert [code for code in TEXTS if f'"{code}"' not in source] == []


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["code"])
def test_an_explanation_is_that_of_the_vectors(vector):
    read = Explanation.from_dict(vector)
    assert Explanation(read.code, read.values).text == vector["text"]
    assert read.to_dict() == vector


def test_every_text_has_a_vector():
    assert [vector["code"] for vector in VECTORS] == list(TEXTS)


def test_an_explanation_of_another_version_keeps_its_text():
    given = {"code": "of-a-later-version", "values": {}, "text": "Something new."}
    assert Explanation.from_dict(given).text == "Something new."


def test_an_error_says_its_explanation():
    error = LimitError("limit-amount", number=2, given="0")
    assert str(error) == "limit 2: amount is 0; it must be a number greater than 0"
    assert explanation_of(error, "said") == error.explanation
    assert explanation_of(OSError("no room"), "said") == explain("said", error="no room")


def test_a_text_names_only_values_that_are_given():
    with pytest.raises(KeyError):
        explain("limit-amount", number=2).text  # noqa: B018 - the text is made when it is read
