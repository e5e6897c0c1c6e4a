"""The records that describe an API: what its requests look like, and where its answers keep what.

A family of APIs is one file of this folder, which fills these records in; `registry.py` collects them, and
the other modules of the tap only read them. The recipe is docs/development/add-an-api-format.md.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from llm_meter_tap.formats.figures import Draft, Usage
from llm_meter_tap.formats.request_shapes import Request, asked_by_member, named_by_member


def names(*lines: str) -> tuple[str, ...]:
    """Split lines of names separated by blanks."""
    return tuple(name for line in lines for name in line.split())


class UsageReader(NamedTuple):
    """How the answers of a family report usage.

    Attributes:
        matters: A pattern that an event of a stream must contain to be parsed, apart from the first few.
        names: The outer members to look for in an answer that is too big to parse; the one with the figures
            comes first.
        read_document: Adds what one document of an answer says to the draft; gets the event's name, or "".
        normalise: Turns the draft's raw figures into inclusive sums; gets the provider's name.
        figures: The members with figures, where these are more or others than the first of `names`: an event
            of a stream has any of them, and an answer too big to parse is parsed all the same unless all of
            them are found.
        headers: Response headers with figures, each with its name among the raw figures.
        totals: The members of the raw figures that state a total, the first that is there counts.
        is_summed: The figures of a stream's events add up, so that none of them may be skipped.
        without_figures: The flag of an answer that could have had figures and has none; None for no flag.
        is_elsewhere: An answer that is no stream has no figures: other answers report the work that the
            request started, and are read back as calls.
        plain: Reads a whole answer in which nothing is out of the ordinary: gives the fields of the record
            that the members above would find in it, and None for any other answer. For formats that most
            calls have.
    """

    matters: bytes
    names: tuple[str, ...]
    read_document: Callable[[Draft, str, dict[str, Any]], None]
    normalise: Callable[[Draft, str], Usage]
    figures: tuple[str, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    totals: tuple[str, ...] = ("total_tokens",)
    is_summed: bool = False
    without_figures: str | None = None
    is_elsewhere: bool = False
    plain: Callable[[dict[str, Any]], dict[str, Any] | None] | None = None


class OutputLimit(NamedTuple):
    """Where a request says how much the model may write. Paths have at most one dot.

    Attributes:
        tokens: The members that limit one answer, in all their spellings.
        answers: The members that ask for several answers.
        prompts: The member that may hold several prompts, each with an answer of its own.
    """

    tokens: tuple[str, ...]
    answers: tuple[str, ...] = ()
    prompts: str | None = None


class TextFields(NamedTuple):
    """Where the text lies that a tokenizer counts when an answer reports no usage.

    These are outer members. What lies inside of them (content parts, tools, schemas) is read by one
    vocabulary for all formats, because gateways pass the parts of one format through another.

    Attributes:
        read: The request's members with text for the model, in the order in which the model reads them.
        written: The answer's members, and those of a stream's events, with text that the model wrote.
        system: Those of `read` that hold a system prompt beside the messages.
        messages: Those of `read` that hold the messages: an array of them, or one as a text.
        inside: The request's member inside of which `system` and `messages` lie; None where they are outer
            members.
        tools: The request's members with definitions of tools.
        answer_schema: Paths to where a request asks for an answer by a schema.
        elsewhere: The request's members that name text which the provider keeps, so that the request is not
            all that the model reads.
        delta_events: What the types of events begin with of which only the deltas are new text; None where
            every event is.
    """

    read: tuple[str, ...]
    written: tuple[str, ...]
    system: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    inside: str | None = None
    tools: tuple[str, ...] = ()
    answer_schema: tuple[tuple[str, ...], ...] = ()
    elsewhere: tuple[str, ...] = ()
    delta_events: str | None = None


def _provider_of_host(known: str | None, path: str) -> str | None:
    return known


def _model_as_named(model: str, provider: str, path: str) -> str | None:
    return model


class Format(NamedTuple):
    """One format of requests and answers.

    Attributes:
        name: The family and the format, such as "openai.chat".
        usage: How answers report usage.
        output_limit: Where requests limit the output; None where they cannot.
        text: Where the text lies; None where the call is not charged by the token (images, seconds).
        stream_ends: What the last event of a stream contains. User code stops reading there and may be killed
            before it asks for the end of the body. Empty where a stream has no such event.
        provider_at: The provider of a host that serves several, distinguished by path: gets the host's
        provider
            (None on a host that is not known) and the path.
        model_at: The model that a request's name for it means: gets the name, the provider and the path.
    """

    name: str
    usage: UsageReader
    output_limit: OutputLimit | None
    text: TextFields | None
    stream_ends: tuple[bytes, ...]
    provider_at: Callable[[str | None, str], str | None] = _provider_of_host
    model_at: Callable[[str, str, str], str | None] = _model_as_named


class Endpoint(NamedTuple):
    """A path to which calls are posted.

    Attributes:
        format: The format of its requests and answers.
        operation_name: `gen_ai.operation.name`.
        author: The provider that is assumed on a host that is not known.
        path: A pattern that must be found in the path.
        endings: The last segments of such paths (behind a colon, if there is one); none where the last
        segment
            is a name.
        has_shape: Whether the body is that of a call; asked where host and path do not prove it.
        hosts: The only providers on whose hosts the endpoint exists; none means any host.
        is_common: Every provider may have this path, so that a known host and the path prove a call.
        streams: Whether the answer was asked for in pieces.
        model: The model asked for; never the name of a deployment.
        is_shape_asked: Host and path never prove a call: the body is looked at on the providers' own hosts,
            too.
    """

    format: Format
    operation_name: str
    author: str
    path: str
    endings: tuple[str, ...]
    has_shape: Callable[[Request], bool]
    hosts: tuple[str, ...] = ()
    is_common: bool = False
    streams: Callable[[Request], bool] = asked_by_member
    model: Callable[[Request], str | None] = named_by_member
    is_shape_asked: bool = False


class Result(NamedTuple):
    """One call among those that one answer reports: of a batch, or of a session.

    Attributes:
        format: The format of `answer`.
        operation_name: `gen_ai.operation.name`.
        name: The call's name within its batch; None where the batch gave none.
        id: The provider's id of the result, for answers without one.
        answer: What the call alone would have been answered.
        tier: The tier that a batch's calls have, whatever tier the answer names; None for the answer's own.
    """

    format: Format
    operation_name: str
    name: str | None
    id: str | None
    answer: dict[str, Any]
    tier: str | None = "batch"


class ReadBack(NamedTuple):
    """A path from which the results of earlier calls are read by GET.

    The answer is the proof, not the host. `calls/read_back_paths.py` must let the path through.

    Attributes:
        format: The format of the answer, or of the answers that the results hold.
        operation_name: `gen_ai.operation.name`.
        author: The provider that is assumed on a host that is not known.
        path: A pattern that must be found in the path.
        hosts: The only providers on whose hosts the path exists; none means any host.
        is_lines: The body is a file of results, one a line, or a stream of events, some of which are results.
        is_named_by_path: The call is known by the path's last segment, since the answer that is read has
            another id or none.
        results_in: The batch results within a document; None where the document is one call's answer.
    """

    format: Format
    operation_name: str
    author: str
    path: str
    hosts: tuple[str, ...] = ()
    is_lines: bool = False
    is_named_by_path: bool = False
    results_in: Callable[[dict[str, Any]], Iterator[Result]] | None = None


class OtherModelUsage(NamedTuple):
    """What another model than the call's own did for it, and is charged at its own price.

    Attributes:
        model: The model; None when the answer does not name it.
        usage: Its figures, in inclusive sums; they are contained in those of the call.
    """

    model: str | None
    usage: Usage


class Family(NamedTuple):
    """What one file of this folder says about its APIs.

    Attributes:
        formats: The family's own formats.
        endpoints: Where calls are posted, in the family's formats or in another's; the more particular path
            comes first.
        read_backs: Where results are read back.
        hosts: Providers by domain. A host belongs to the longest domain that it ends with.
        host_patterns: Providers by a pattern of their hosts, for clouds that serve more than models.
        hour_writes: How many of the tokens written to a cache stay there for an hour, which costs more than
        the
            usual minutes; gets a call's raw figures, gives None when they do not say.
        cached_media: How many of the tokens read from a cache were audio and how many image, by "audio" and
            "image"; gets a call's raw figures.
        audio_seconds: How many seconds of audio were sent, where that is charged; gets a call's raw figures,
            gives None when they do not say.
        other_models: The parts of a call's raw figures that belong to other models.
        batch_result: The call that a line of a batch's results reports; None when it is not this family's.
        upstream: The provider that a gateway passes a request on to: gets the provider of the gateway's host
            and the path, gives None for any other host or path.
    """

    formats: tuple[Format, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    read_backs: tuple[ReadBack, ...] = ()
    hosts: Mapping[str, str] = {}
    host_patterns: tuple[tuple[str, str], ...] = ()
    hour_writes: Callable[[Mapping[str, Any]], int | None] | None = None
    cached_media: Callable[[Mapping[str, Any]], Mapping[str, int]] | None = None
    audio_seconds: Callable[[Mapping[str, Any]], float | None] | None = None
    other_models: Callable[[Mapping[str, Any]], list[OtherModelUsage]] | None = None
    batch_result: Callable[[dict[str, Any]], Result | None] | None = None
    upstream: Callable[[str, str], str | None] | None = None
