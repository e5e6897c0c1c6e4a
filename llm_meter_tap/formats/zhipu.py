"""Zhipu beside OpenAI's paths: what is made in the background, videos, the reading of documents, agents and
assistants.

Sources: Zhipu's API reference and the types of its SDK. An asynchronous answer is a task, read by its id;
that of a video has no figures.
"""

from __future__ import annotations

from llm_meter_tap.formats import openai
from llm_meter_tap.formats.format import Endpoint, Family, Format, ReadBack
from llm_meter_tap.formats.request_shapes import never
from llm_meter_tap.formats.units import units_format

_HOSTS = ("zhipu", "z_ai")

VIDEO = units_format("zhipu.video", figures=(), is_job=True)
DOCUMENT = units_format("zhipu.document", figures=("usage", "data_info.num_pages"))
AGENT = units_format("zhipu.agent", figures=("usage",), models=("model", "agent_id"))


def _own(format: Format, path: str, ending: str, operation_name: str = "generate_content") -> Endpoint:
    return Endpoint(
        format=format,
        operation_name=operation_name,
        author="zhipu",
        path=path,
        endings=(ending,),
        has_shape=never,
        hosts=_HOSTS,
    )


FAMILY = Family(
    formats=(VIDEO, DOCUMENT, AGENT),
    endpoints=(
        _own(VIDEO, r"/v\d/videos/generations$", "generations", "video_generation"),
        _own(DOCUMENT, r"/v\d/layout_parsing$", "layout_parsing"),
        _own(AGENT, r"/v\d/agents$", "agents", "invoke_agent"),
        _own(openai.CHAT, r"/v\d/assistant$", "assistant", "invoke_agent"),
    ),
    read_backs=(
        ReadBack(
            format=openai.CHAT,
            operation_name="chat",
            author="zhipu",
            path=r"/v\d/async-result/[^/]+$",
            hosts=_HOSTS,
            is_named_by_path=True,
        ),
    ),
    # The same API, at other prices.
    hosts={"bigmodel.cn": "zhipu", "z.ai": "z_ai"},
)
