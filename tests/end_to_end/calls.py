"""What cells and scripts run to make calls that the stand-in answers.

By httpx, which OpenAI's SDK uses too. Importing the SDK takes each kernel a second of processor time; the
tests of privacy, hard limits and sums use it.
"""

CALL = """
import httpx, os
client = httpx.Client(base_url=os.environ["OPENAI_BASE_URL"], timeout=240)

def request(prompt, **more):
    asked = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": prompt}], **more}
    return client.build_request("POST", "/chat/completions", json=asked)

def call(number):
    return client.send(request(f"call {number}")).raise_for_status().json()

def begin_stream(events):
    "Read the first events of a slow stream; more will come."
    stream = client.send(request("a long story", model="standin-slow", stream=True), stream=True)
    lines = stream.iter_lines()
    while events:
        events -= next(lines).startswith("data: ")
    return stream
"""
"""Defines ``call(number)`` and ``begin_stream(events)``."""
