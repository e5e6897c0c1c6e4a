"""Calls as a user would make them: ``python calls.py NAME`` makes those of one row of `CALLS`.

Prints how many calls it made. Knows nothing of the meter.
"""

import asyncio
import json
import os
import sys

SAY_HI = [{"role": "user", "content": "Say hi"}]
KEY = "sk-replay-0000"


def _chat(client):
    client.chat.completions.create(model="m-1", messages=SAY_HI)
    for _ in client.chat.completions.create(model="m-1", messages=SAY_HI, stream=True):
        pass
    return 2


async def _chat_async(client):
    await client.chat.completions.create(model="m-1", messages=SAY_HI)
    async for _ in await client.chat.completions.create(model="m-1", messages=SAY_HI, stream=True):
        pass
    return 2


def openai_sync():
    """Chat, responses and embeddings, whole and streamed."""
    import openai

    client = openai.OpenAI(api_key=KEY)
    client.responses.create(model="m-1", input="Say hi")
    for _ in client.responses.create(model="m-1", input="Say hi", stream=True):
        pass
    client.embeddings.create(model="m-1", input="hi")
    with client.chat.completions.with_streaming_response.create(model="m-1", messages=SAY_HI) as answer:
        answer.read()
    return 4 + _chat(client)


def openai_async():
    """Chat on the asynchronous client."""
    import openai

    return asyncio.run(_chat_async(openai.AsyncOpenAI(api_key=KEY)))


def openai_aiohttp():
    """Chat on the asynchronous client over aiohttp."""
    import openai

    async def main():
        async with openai.AsyncOpenAI(api_key=KEY, http_client=openai.DefaultAioHttpClient()) as client:
            return await _chat_async(client)

    return asyncio.run(main())


def _through_openai(url):
    def call():
        import openai

        return _chat(openai.OpenAI(api_key=KEY, base_url=url))

    return call


def anthropic_sync():
    """Messages, whole, streamed and by the stream helper."""
    import anthropic

    client = anthropic.Anthropic(api_key=KEY)
    asked = {"model": "claude-x", "max_tokens": 9, "messages": SAY_HI}
    client.messages.create(**asked)
    for _ in client.messages.create(stream=True, **asked):
        pass
    with client.messages.stream(**asked) as stream:
        stream.get_final_message()
    return 3


def anthropic_async():
    """Messages on the asynchronous client."""
    import anthropic

    async def main():
        client = anthropic.AsyncAnthropic(api_key=KEY)
        asked = {"model": "claude-x", "max_tokens": 9, "messages": SAY_HI}
        await client.messages.create(**asked)
        async for _ in await client.messages.create(stream=True, **asked):
            pass
        return 2

    return asyncio.run(main())


def google_genai_sync():
    """Gemini, whole and streamed."""
    from google import genai

    client = genai.Client(api_key=KEY)
    client.models.generate_content(model="gemini-x", contents="Say hi")
    for _ in client.models.generate_content_stream(model="gemini-x", contents="Say hi"):
        pass
    return 2


def google_genai_async():
    """Gemini on the asynchronous client: aiohttp where it is installed."""
    from google import genai

    async def main():
        client = genai.Client(api_key=KEY).aio
        await client.models.generate_content(model="gemini-x", contents="Say hi")
        async for _ in await client.models.generate_content_stream(model="gemini-x", contents="Say hi"):
            pass
        return 2

    return asyncio.run(main())


def groq_sync():
    """Chat on Groq's SDK."""
    import groq

    return _chat(groq.Groq(api_key=KEY))


def groq_async():
    """Chat on Groq's asynchronous client."""
    import groq

    return asyncio.run(_chat_async(groq.AsyncGroq(api_key=KEY)))


def mistral():
    """Chat on Mistral's SDK, synchronous and asynchronous."""
    try:
        from mistralai.client import Mistral
    except ImportError:
        from mistralai import Mistral

    client = Mistral(api_key=KEY)
    client.chat.complete(model="m-1", messages=SAY_HI)
    for _ in client.chat.stream(model="m-1", messages=SAY_HI):
        pass
    asyncio.run(client.chat.complete_async(model="m-1", messages=SAY_HI))
    return 3


def cohere():
    """Chat on the second version of Cohere's API."""
    import cohere

    client = cohere.ClientV2(api_key=KEY)
    client.chat(model="m-1", messages=SAY_HI)
    for _ in client.chat_stream(model="m-1", messages=SAY_HI):
        pass
    return 2


def ollama():
    """Chat with a local Ollama, synchronous and asynchronous."""
    import ollama

    ollama.chat(model="llama-x", messages=SAY_HI)
    for _ in ollama.chat(model="llama-x", messages=SAY_HI, stream=True):
        pass
    asyncio.run(ollama.AsyncClient().chat(model="llama-x", messages=SAY_HI))
    return 3


def huggingface_hub():
    """Chat through Hugging Face's router, synchronous and asynchronous."""
    from huggingface_hub import AsyncInferenceClient, InferenceClient

    url = "https://router.huggingface.co/v1"
    client = InferenceClient(base_url=url, api_key=KEY)
    client.chat_completion(SAY_HI, model="m-1")
    for _ in client.chat_completion(SAY_HI, model="m-1", stream=True):
        pass
    asyncio.run(AsyncInferenceClient(base_url=url, api_key=KEY).chat_completion(SAY_HI, model="m-1"))
    return 3


def together():
    """Chat on Together's SDK."""
    import together

    return _chat(together.Together(api_key=KEY))


def boto3():
    """Bedrock: converse and invoke, whole and as event streams."""
    import boto3

    client = boto3.client(
        "bedrock-runtime",
        region_name="us-east-1",
        aws_access_key_id="A",
        aws_secret_access_key=KEY,
        verify=os.environ["SSL_CERT_FILE"],
    )
    model = "anthropic.claude-x"
    said = [{"role": "user", "content": [{"text": "Say hi"}]}]
    client.converse(modelId=model, messages=said)
    for _ in client.converse_stream(modelId=model, messages=said)["stream"]:
        pass
    body = json.dumps({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 9, "messages": SAY_HI})
    client.invoke_model(modelId=model, body=body)["body"].read()
    for _ in client.invoke_model_with_response_stream(modelId=model, body=body)["body"]:
        pass
    return 4


def langchain_openai_sync():
    """ChatOpenAI: invoke and stream."""
    from langchain_openai import ChatOpenAI

    model = ChatOpenAI(model="m-1", api_key=KEY)
    model.invoke("Say hi")
    for _ in model.stream("Say hi"):
        pass
    return 2


def langchain_openai_async():
    """ChatOpenAI: the asynchronous twins of invoke and stream."""
    from langchain_openai import ChatOpenAI

    async def main():
        model = ChatOpenAI(model="m-1", api_key=KEY)
        await model.ainvoke("Say hi")
        async for _ in model.astream("Say hi"):
            pass
        return 2

    return asyncio.run(main())


def dashscope_sync():
    """Generation on DashScope's own SDK: requests."""
    import dashscope

    asked = {"model": "qwen-x", "messages": SAY_HI, "api_key": KEY, "result_format": "message"}
    dashscope.Generation.call(**asked)
    for _ in dashscope.Generation.call(stream=True, **asked):
        pass
    return 2


def dashscope_async():
    """Generation on DashScope's own SDK: aiohttp."""
    import dashscope
    from dashscope.aigc.generation import AioGeneration

    # Without TLS: it trusts the authorities that it brings along, and no others.
    dashscope.base_http_api_url = "http://dashscope.aliyuncs.com/api/v1"

    async def main():
        asked = {"model": "qwen-x", "messages": SAY_HI, "api_key": KEY, "result_format": "message"}
        await AioGeneration.call(**asked)
        async for _ in await AioGeneration.call(stream=True, **asked):
            pass

    asyncio.run(main())
    return 2


def zhipuai():
    """Chat on Zhipu's older SDK."""
    import zhipuai

    return _chat(zhipuai.ZhipuAI(api_key="id.secret"))


def zai():
    """Chat on Z.ai's SDK, in China and abroad."""
    import zai

    return _chat(zai.ZhipuAiClient(api_key="id.secret")) + _chat(zai.ZaiClient(api_key="id.secret"))


def ark():
    """Chat on Volcengine's SDK for Doubao, synchronous and asynchronous."""
    from volcenginesdkarkruntime import Ark, AsyncArk

    return _chat(Ark(api_key=KEY)) + asyncio.run(_chat_async(AsyncArk(api_key=KEY)))


def trio():
    """httpx under trio's event loop."""
    import httpx
    import trio

    async def main():
        async with httpx.AsyncClient(headers={"Authorization": f"Bearer {KEY}"}) as client:
            body = {"model": "m-1", "messages": SAY_HI}
            await client.post("https://api.openai.com/v1/chat/completions", json=body)

    trio.run(main)
    return 1


_THROUGH_LITELLM = [
    {"model": model, "messages": SAY_HI, "api_key": KEY} for model in ("openai/m-1", "anthropic/claude-x")
]


def litellm_sync():
    """litellm: OpenAI and Anthropic."""
    import litellm

    for asked in _THROUGH_LITELLM:
        litellm.completion(**asked)
        for _ in litellm.completion(stream=True, **asked):
            pass
    return 4


def litellm_async():
    """litellm's asynchronous functions (its own transport over aiohttp)."""
    import litellm

    async def main():
        for asked in _THROUGH_LITELLM:
            await litellm.acompletion(**asked)
            async for _ in await litellm.acompletion(stream=True, **asked):
                pass
        return 4

    return asyncio.run(main())


CALLS = {
    "openai": openai_sync,
    "openai async": openai_async,
    "openai aiohttp": openai_aiohttp,
    "openai deepseek": _through_openai("https://api.deepseek.com"),
    "openai kimi": _through_openai("https://api.moonshot.cn/v1"),
    "openai qwen": _through_openai("https://dashscope.aliyuncs.com/compatible-mode/v1"),
    "anthropic": anthropic_sync,
    "anthropic async": anthropic_async,
    "google-genai": google_genai_sync,
    "google-genai async": google_genai_async,
    "groq": groq_sync,
    "groq async": groq_async,
    "mistralai": mistral,
    "cohere": cohere,
    "ollama": ollama,
    "huggingface_hub": huggingface_hub,
    "together": together,
    "boto3": boto3,
    "langchain-openai": langchain_openai_sync,
    "langchain-openai async": langchain_openai_async,
    "dashscope": dashscope_sync,
    "dashscope async": dashscope_async,
    "zhipuai": zhipuai,
    "zai-sdk": zai,
    "volcengine-ark-runtime": ark,
    "trio": trio,
    "litellm": litellm_sync,
    "litellm async": litellm_async,
}


if __name__ == "__main__":
    print(CALLS[sys.argv[1]]())
