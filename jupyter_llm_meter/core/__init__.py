"""The pure core: limits, windows, standings, prices, formats.

Nothing here knows Jupyter, a database, a clock or a network: time and prices are arguments. ``src/core``
holds the TypeScript twins under the same names, and ``tests/vectors`` the truth both are tested on.
"""
