"""Serves a caller of another language: ``python -m warm_python MODULE...``.

The one line on standard output has, as JSON, the words that start a Python which has the modules. Ends with
its standard input. PYTHONPATH, with which this package is found, does not count for the programs.
"""

import json
import os
import sys

from warm_python import warm_python

variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
with warm_python(sys.argv[1:], variables) as words:
    print(json.dumps(words), flush=True)
    sys.stdin.read()
