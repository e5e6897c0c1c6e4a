"""SAP AI Core's orchestration; its deployments have the formats of the models' makers.

Source: SAP's reference of the orchestration service: the answer of the model, in OpenAI's format, lies in
`final_result`, and in `orchestration_result` of the first version, in a stream too.
"""

from __future__ import annotations

from typing import Any

from llm_meter_tap.formats import openai, openai_usage
from llm_meter_tap.formats.figures import Draft
from llm_meter_tap.formats.format import Endpoint, Family, Format
from llm_meter_tap.formats.request_shapes import Request, never, of_no_model
from llm_meter_tap.wire.json_values import mapping

_RESULTS = ("final_result", "orchestration_result")


def read_document(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Read a whole answer or an event of a stream."""
    found = next((mapping(document[name]) for name in _RESULTS if mapping(document.get(name))), document)
    openai_usage.read_document(draft, event, found)


def _streams(request: Request) -> bool:
    config = mapping(request.members.get("config") or request.members.get("orchestration_config"))
    return mapping(config.get("stream")).get("enabled") is True or config.get("stream") is True


ORCHESTRATION = Format(
    name="sap.orchestration",
    usage=openai_usage.READER._replace(
        names=(*_RESULTS, *openai_usage.READER.names), read_document=read_document, figures=_RESULTS
    ),
    output_limit=None,
    text=None,
    stream_ends=openai.CHAT.stream_ends,
)

FAMILY = Family(
    formats=(ORCHESTRATION,),
    endpoints=(
        Endpoint(
            format=ORCHESTRATION,
            operation_name="chat",
            author="sap",
            path=r"/inference/deployments/[^/]+/(?:v2/)?completion$",
            endings=("completion",),
            has_shape=never,
            hosts=("sap",),
            streams=_streams,
            model=of_no_model,
        ),
    ),
    hosts={"ml.hana.ondemand.com": "sap"},
)
