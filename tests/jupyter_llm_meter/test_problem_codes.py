"""The codes of problems are the same in the code, in the contract and in the vectors."""

import ast
import json
from pathlib import Path

import pytest
import yaml

import jupyter_llm_meter
from jupyter_llm_meter.ledger.errors import UnusableLedger

PACKAGE = Path(jupyter_llm_meter.__file__).parent
VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "problems.json").read_text("utf-8"))
SCHEMA = yaml.safe_load((PACKAGE / "event_schemas" / "standing" / "v1.yaml").read_text("utf-8"))


def constants(tree):
    """The texts that a module gives names at its top."""
    return {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def reported(path):
    """The codes of all problems that a module reports."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    named = constants(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).lower().endswith("problems.report"):
            code = node.args[0]
            if isinstance(code, ast.Constant):
                yield code.value
            elif isinstance(code, ast.Name):
                yield named[code.id]
            elif ast.unparse(code) in ("code_of(name)", "code_of(channel.name)"):
                yield "channel"
            else:
                assert ast.unparse(code) == "error.code", f"{path.name} reports {ast.unparse(code)}"
                yield from (kind.code for kind in (UnusableLedger, *UnusableLedger.__subclasses__()))


def test_every_problem_that_the_code_reports_is_in_the_contract_and_no_other():
    codes = {code for path in PACKAGE.rglob("*.py") for code in reported(path)}
    assert codes == set(SCHEMA["$defs"]["ProblemCode"]["enum"])


def test_the_vectors_hold_the_codes_of_the_contract():
    assert sorted(VECTORS["known"]) == sorted(SCHEMA["$defs"]["ProblemCode"]["enum"])


@pytest.mark.parametrize("code", VECTORS["of_one_channel"])
def test_a_problem_of_one_channel_names_it_behind_the_code(code):
    from jupyter_llm_meter.alerts.channels import code_of

    assert code_of(code.partition(":")[2]) == code
