"""Every module says whose room it is, and every state is changed in one place."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.architecture.tree import MODULES, name

# where each state machine's table stands, and with it the one line that changes the state
OWNERS = ["kiosk/exchange/bringing.py", "kiosk/ledger/loans.py", "kiosk/ledger/messages.py", "kiosk/ledger/reservations.py",
          "kiosk/ledger/visits.py", "printer/printouts.py", "scanner/documents/records.py", "scanner/legal/products.py",
          "scanner/legal/publications.py", "scanner/pages/batches.py"]


@pytest.mark.parametrize("module", MODULES, ids=name)
def test_a_module_begins_with_one_sentence(module):
    docstring = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""
    first = docstring.split("\n\n")[0]
    assert first.endswith((".", "?")), "no sentence"
    assert not re.search(r"[.?!]\s", first), "more than one sentence"


def test_a_state_is_assigned_in_one_place_only():
    places = [name(module) for module in MODULES for _ in _state_changes(ast.parse(module.read_text(encoding="utf-8")))]
    assert sorted(places) == OWNERS


def _state_changes(tree: ast.Module) -> Iterator[ast.AST]:
    """thing.state = …, update(…).values(state=…), and execute(…, {"state": …})"""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "state" and isinstance(node.ctx, ast.Store):
            yield node
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "values":
            yield from (word for word in node.keywords if word.arg == "state")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "execute":
            yield from (key for values in node.args if isinstance(values, ast.Dict) for key in values.keys
                        if isinstance(key, ast.Constant) and key.value == "state")
