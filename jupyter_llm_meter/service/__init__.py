"""The metering service, on a thread and loop of its own, in a Jupyter server or around one command.

It has the loopback server, the rendezvous file, the import of spools and all access to the ledger of one
process. It does not depend on a Jupyter server: notebooks, kernels and settings reach it through small
protocols.
"""
