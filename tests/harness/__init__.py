"""What the tests share: the server under test, its callers, signing by hand, raw HTTP, packages.

Start with `server.py`; `callers.py` has the kinds of callers as types.
"""
