"""A real tap in a process of its own: ``allotment_client.py FOLDER THREADS URL``.

Each thread calls until it is refused, or standard input ends; prints the number of calls that were answered.
"""

import os
import sys
from pathlib import Path
from threading import Thread

BODY = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 10}


def call_until_refused(httpx, url, answered, limit_exceeded):
    # A client a thread: httpcore may close an idle connection that another thread has just been given.
    with httpx.Client(timeout=120) as client:
        while True:
            try:
                client.post(url, json=BODY)
            except limit_exceeded as refused:
                if refused.standing:
                    return  # not a service that was killed
            else:
                answered.append(1)


def main(folder, threads, url):
    os.environ["LLM_METER_DIR"] = str(folder)
    from llm_meter_tap import LimitExceeded, startup
    from llm_meter_tap.limits import reservation

    reservation._PATIENCE_S = 600.0  # on the slowest machine
    startup.activate()
    import httpx

    answered = []
    crew = [
        Thread(target=call_until_refused, args=(httpx, url, answered, LimitExceeded)) for _ in range(threads)
    ]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    print(len(answered), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
