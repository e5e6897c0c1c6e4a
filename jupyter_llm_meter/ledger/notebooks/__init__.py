"""Notebooks in the ledger: where calls belong, and what a move changes.

`places` finds the notebook of a call, `moves` knows what was moved, `moving` moves the history, `likeness`
says whose history a notebook without one may have.
"""
