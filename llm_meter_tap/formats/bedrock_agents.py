"""Amazon Bedrock's agents, AgentCore's harness and evaluations, answers out of knowledge bases and in the
background.

Sources: Amazon's service models of `bedrock-agent-runtime` and `bedrock-agentcore`. An agent reports the
usage of each of its model's calls in a trace, and traces come only where the request asks for them
(`enableTrace`). A harness reports its usage in the stream's metadata, an evaluation beside each of its
results.
"""

from __future__ import annotations

from typing import Any

from llm_meter_tap.formats import bedrock
from llm_meter_tap.formats.figures import Draft, Usage, total_of
from llm_meter_tap.formats.format import Endpoint, Family, Format, OutputLimit, TextFields, UsageReader
from llm_meter_tap.formats.request_shapes import always, named_by_model_id, never, of_no_model
from llm_meter_tap.formats.units import units_format
from llm_meter_tap.wire.json_values import count, mapping, sequence

TRACING_OFF = "tracing-off"
"""The flag of an agent's answer without traces (`llm_meter.usage.flags`)."""

_COUNTS = ("inputTokens", "outputTokens")


def read_document(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Add up what the traces report; each is of one call of a model."""
    for step in map(mapping, mapping(document.get("trace")).values()):
        draft.identify(mapping(step.get("modelInvocationInput")).get("foundationModel"))
        output = mapping(step.get("modelInvocationOutput"))
        usage = mapping(mapping(output.get("metadata")).get("usage"))
        if usage:
            sums = {name: total_of(count(draft.raw.get(name)), count(usage.get(name))) for name in _COUNTS}
            draft.update(sums)
            draft.is_finished = True
    if event.endswith("Exception"):
        draft.error = event


def read_evaluation(draft: Draft, event: str, document: dict[str, Any]) -> None:
    """Add up what the results report; each is of one call of the evaluator's model."""
    for result in map(mapping, sequence(document.get("evaluationResults"))):
        usage = mapping(result.get("tokenUsage"))
        draft.update({name: total_of(count(draft.raw.get(name)), count(usage.get(name))) for name in _COUNTS})
    draft.error = document.get("message") or draft.error


def normalise(draft: Draft, provider: str) -> Usage:
    """Use the sums unchanged."""
    return Usage(count(draft.raw.get("inputTokens")), count(draft.raw.get("outputTokens")), raw=draft.raw)


AGENT = Format(
    name="bedrock.agent",
    usage=UsageReader(
        matters=rb'"modelInvocation(?:In|Out)put"|"message"',
        names=("trace",),
        read_document=read_document,
        normalise=normalise,
        totals=(),
        is_summed=True,
        without_figures=TRACING_OFF,
    ),
    output_limit=None,
    text=None,
    stream_ends=(),
)
EVALUATION = Format(
    name="bedrock.evaluation",
    usage=UsageReader(
        matters=rb'"tokenUsage"',
        names=("evaluationResults", "message"),
        read_document=read_evaluation,
        normalise=normalise,
        totals=(),
    ),
    output_limit=None,
    text=None,
    stream_ends=(),
)
HARNESS = Format(
    name="bedrock.harness",
    usage=bedrock.READER,
    output_limit=OutputLimit(tokens=("maxTokens",)),
    text=TextFields(
        read=("systemPrompt", "messages"),
        written=("contentBlockDelta", "delta", "start"),
        system=("systemPrompt",),
        messages=("messages",),
        tools=("tools",),
        elsewhere=("skills",),
    ),
    stream_ends=(),
)


# What is asked of a knowledge base or a flow, and what is made in the background, report no usage.
KNOWLEDGE = units_format("bedrock.knowledge", figures=(), ids=("sessionId",), models=(), errors=("message",))
ASYNC = units_format("bedrock.async", figures=(), ids=("invocationArn",), models=(), errors=("message",))


def _agent(path: str, endings: tuple[str, ...], format: Format = AGENT) -> Endpoint:
    return Endpoint(
        format=format,
        operation_name="invoke_agent",
        author="aws.bedrock",
        path=path,
        endings=endings,
        has_shape=never,
        hosts=("aws.bedrock",),
        streams=always,
        model=of_no_model,
    )


FAMILY = Family(
    formats=(AGENT, EVALUATION, HARNESS, KNOWLEDGE, ASYNC),
    endpoints=(
        _agent(r"/agents/[^/]+/agentAliases/[^/]+/sessions/[^/]+/text$", ("text",)),
        _agent(r"/harnesses/invoke$", ("invoke",), HARNESS),
        _agent(r"^/evaluations/evaluate/[^/]+$", (), EVALUATION)._replace(streams=never),
        _agent(r"^/retrieveAndGenerate$", ("retrieveAndGenerate",), KNOWLEDGE)._replace(streams=never),
        _agent(r"^/retrieveAndGenerateStream$", ("retrieveAndGenerateStream",), KNOWLEDGE),
        _agent(r"^/rerank$", ("rerank",), KNOWLEDGE)._replace(operation_name="rerank", streams=never),
        Endpoint(
            format=ASYNC,
            operation_name="generate_content",
            author="aws.bedrock",
            path=r"^/async-invoke$",
            endings=("async-invoke",),
            has_shape=never,
            hosts=("aws.bedrock",),
            streams=never,
            model=named_by_model_id,
        ),
        _agent(r"^/agenticRetrieveStream$", ("agenticRetrieveStream",), KNOWLEDGE),
        _agent(r"^/flows/[^/]+/aliases/[^/]+$", (), KNOWLEDGE),
        _agent(r"^/agents/[^/]+$", ()),
    ),
    host_patterns=((r"^bedrock-(?:agent-runtime|agentcore)[\w-]*\..*amazonaws\.com", "aws.bedrock"),),
)
