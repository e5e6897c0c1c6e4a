"""The metering service, on a thread and loop of its own, in a Jupyter server or around one command.

Owns the loopback listener, the rendezvous file, the import of spools and all access to the ledger of one
process. Knows nothing of a Jupyter server: notebooks, kernels and settings reach it through small protocols.
"""
