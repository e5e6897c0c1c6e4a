"""Replays recorded provider traffic under its own host names, on loopback and only inside a test.

Owns the choice of exchanges (`corpus`), a throw-away certificate authority (`authority`), the TLS server
(`server`), and the folder that the processes under test have on their path (`process/`): the patch of name
resolution and the program that makes the recorded calls through the real SDKs. The recordings themselves stay
outside of this repository.
"""
