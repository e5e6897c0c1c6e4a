"""The routes of the stand-in."""

from __future__ import annotations

from tornado.web import Application

from jupyter_llm_meter.standin.anthropic import MessagesHandler
from jupyter_llm_meter.standin.gemini import GenerateHandler
from jupyter_llm_meter.standin.handler import NotSpoken
from jupyter_llm_meter.standin.openai import ChatHandler, CompletionHandler, EmbeddingHandler
from jupyter_llm_meter.standin.responses import ResponsesHandler

_OPENAI = {
    "chat/completions": ChatHandler,
    "completions": CompletionHandler,
    "embeddings": EmbeddingHandler,
    "responses": ResponsesHandler,
}


def make_app(pace_s: float = 0.0) -> Application:
    """Build the application.

    Args:
        pace_s: seconds between two pieces of a streamed answer.
    """
    options = {"pace_s": pace_s}
    openai = [
        (rf"{prefix}/{path}", handler, options)
        for path, handler in _OPENAI.items()
        for prefix in ("/v1", "/openai/v1", "/openai/deployments/([^/]+)")
    ]
    azure_responses = (r"/openai/responses", ResponsesHandler, options)
    messages = (r"/v1/messages", MessagesHandler, options)
    gemini = (
        r"/v1(?:beta|alpha)?/models/([^/:]+):(generateContent|streamGenerateContent)",
        GenerateHandler,
        options,
    )
    return Application(
        [*openai, azure_responses, messages, gemini],
        default_handler_class=NotSpoken,
        log_function=lambda handler: None,
    )
