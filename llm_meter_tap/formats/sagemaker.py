"""Amazon SageMaker's endpoints, in the formats of the servers that run on them.

Source: Amazon's reference of InvokeEndpoint, whose body and answer are the container's; those of vLLM, LMI
and text-generation-inference use OpenAI's chat or text-generation-inference's own format. Other models have
other bodies, and their requests are not calls.
"""

from __future__ import annotations

from llm_meter_tap.formats import huggingface, openai
from llm_meter_tap.formats.format import Endpoint, Family
from llm_meter_tap.formats.request_shapes import asked_by_path, is_chat, is_tgi_prompt, of_no_model

_PATH = r"/endpoints/[^/]+/invocations(?:-response-stream)?$"
_ENDINGS = ("invocations", "invocations-response-stream")

FAMILY = Family(
    endpoints=(
        Endpoint(
            format=openai.CHAT,
            operation_name="chat",
            author="openai",
            path=_PATH,
            endings=_ENDINGS,
            has_shape=is_chat,
            streams=asked_by_path,
            model=of_no_model,
        ),
        Endpoint(
            format=huggingface.INFERENCE,
            operation_name="text_completion",
            author="huggingface",
            path=_PATH,
            endings=_ENDINGS,
            has_shape=is_tgi_prompt,
            streams=asked_by_path,
            model=of_no_model,
        ),
    ),
    host_patterns=((r"^runtime(?:-fips)?\.sagemaker\..*\.amazonaws\.com", "aws.sagemaker"),),
)
