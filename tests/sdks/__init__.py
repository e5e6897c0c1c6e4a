"""Calls through the real SDKs, each answered by a stand-in under the provider's own host name.

Owns the answers (`answers`), the calls (`calls`) and the way from one to the other (`metered`). The program
`bench/sdks.py` installs the SDKs and checks every one; the test suite runs those that it has anyway.
"""
