"""Price tables of an administrator, for tests."""

import json

ENTRY = {
    "provider": "alibaba",
    "model": "qwen-max",
    "since": "2026-01-01",
    "source": "contract",
    "input_mtok": "2",
    "output_mtok": "6",
}


def write_price_table(folder, *entries):
    """Write a table of prices and return its path."""
    path = folder / "prices.json"
    path.write_text(json.dumps({"prices": entries}))
    return path
