"""Replays recorded provider traffic under its own host names, on loopback and only inside a test.

Owns the choice of exchanges (`corpus`), a throw-away certificate authority (`authority`), the TLS server
(`server`), the patch of name resolution that the processes under test load (`resolve/sitecustomize.py`) and
the program that makes the recorded calls through the real SDKs (`caller`). The recordings themselves stay
outside of this repository.
"""
