"""One ledger for all users of a JupyterHub: the service that owns it, and each user's client of it.

A lab without a hub loads nothing of this package.
"""
