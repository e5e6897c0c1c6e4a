"""Exports of providers, small, in the forms in which they are given."""

import json
from datetime import datetime, timezone


def at(text):
    """Seconds since 1970."""
    return int(datetime.fromisoformat(text).replace(tzinfo=timezone.utc).timestamp())


def openai_usage(*results, start="2026-11-03", end="2026-11-04", **page):
    """A page of OpenAI's usage API with one bucket."""
    bucket = {"object": "bucket", "start_time": at(start), "end_time": at(end), "results": list(results)}
    return {"object": "page", "data": [bucket], "has_more": False, "next_page": None, **page}


def openai_result(model="gpt-4o-2024-08-06", **fields):
    """A result of OpenAI's usage API."""
    return {
        "object": "organization.usage.completions.result",
        "input_tokens": 1000,
        "output_tokens": 500,
        "input_cached_tokens": 800,
        "input_audio_tokens": 0,
        "num_model_requests": 5,
        "project_id": "proj_1",
        "user_id": None,
        "api_key_id": None,
        "model": model,
        "batch": False,
        **fields,
    }


def openai_cost(value, item="gpt-4o-2024-08-06, input", currency="usd", start="2026-11-03", end="2026-11-04"):
    """A page of OpenAI's costs API with one amount."""
    result = {
        "object": "organization.costs.result",
        "amount": {"value": value, "currency": currency},
        "line_item": item,
        "project_id": None,
    }
    bucket = {"object": "bucket", "start_time": at(start), "end_time": at(end), "results": [result]}
    return {"object": "page", "data": [bucket], "has_more": False, "next_page": None}


OPENAI_USAGE_CSV = """start_time,end_time,start_time_iso,end_time_iso,project_id,num_model_requests,\
user_id,model,batch,\
input_tokens,output_tokens,input_cached_tokens,input_uncached_tokens,input_text_tokens
1793664000,1793750400,2026-11-03T00:00:00+00:00,2026-11-04T00:00:00+00:00,proj_1,10.0,,\
gpt-4o-2024-08-06,FALSE,\
59200.0,10646.0,5760.0,53440.0,53440.0
1793750400,1793836800,2026-11-04T00:00:00+00:00,2026-11-05T00:00:00+00:00,,,,,,,,,,
"""
OPENAI_COST_CSV = """start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,\
line_item,organization_id
1793664000,1793750400,2026-11-03T00:00:00+00:00,2026-11-04T00:00:00+00:00,0.8958740000000000,usd,,org-1
1793750400,1793836800,2026-11-04T00:00:00+00:00,2026-11-05T00:00:00+00:00,,,,
"""
ANTHROPIC_USAGE_CSV = """usage_date_utc,model_version,api_key,workspace,usage_type,context_window,\
usage_input_tokens_no_cache,usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,\
usage_input_tokens_cache_read,usage_output_tokens,web_search_count
2026-11-03,claude-sonnet-4-5-20250929,lab,Default,standard,≤ 200k,46981,15969,31,1000,16932,2
2026-11-03,claude-sonnet-4-5-20250929,lab,Default,batch,≤ 200k,19,0,0,0,8,0
"""
ANTHROPIC_COST_CSV = """usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,\
cost_usd,cost_type
2026-11-03,Claude Sonnet 4.5,Default,lab,message,≤ 200k,input_no_cache,0.14,token
2026-11-03,Claude Sonnet 4.5,Default,lab,message,≤ 200k,output,0.25,token
"""
AZURE_CSV = """\ufeffInvoiceSectionName,SubscriptionId,Date,MeterCategory,MeterName,UnitOfMeasure,\
Quantity,CostInBillingCurrency,BillingCurrencyCode
lab,sub-1,11/03/2026,Foundry Models,gpt 4o 0806 Inp glbl Tokens,1K,12.5,0.03125,USD
lab,sub-1,11/03/2026,Foundry Models,gpt 4o 0806 cached Inp glbl Tokens,1K,2,0.0025,USD
lab,sub-1,11/03/2026,Foundry Models,gpt 4o 0806 Outp glbl Tokens,1K,3,0.03,USD
lab,sub-1,11/03/2026,Foundry Models,GPT 5 outpt Glbl 1M Tokens,1M,0.5,5,USD
lab,sub-1,11/03/2026,Virtual Machines,D2 v3,1 Hour,24,3,USD
"""
AWS_CSV = """identity/LineItemId,lineItem/UsageAccountId,lineItem/LineItemType,\
lineItem/UsageStartDate,lineItem/ProductCode,\
lineItem/UsageType,lineItem/UsageAmount,lineItem/CurrencyCode,lineItem/UnblendedCost,pricing/unit
1,111122223333,Usage,2026-11-03T05:00:00Z,AmazonBedrock,USE1-Claude4.6Sonnet-input-tokens,12.5,USD,\
0.0375,1K tokens
2,111122223333,Usage,2026-11-03T06:00:00Z,AmazonBedrock,USE1-Claude4.6Sonnet-output-tokens-batch,3,USD,\
0.02,1K tokens
3,111122223333,Usage,2026-11-03T06:00:00Z,AmazonBedrock,\
USE1-Claude4.6Sonnet-cache-read-input-token-count,2,USD,0.01,1K tokens
4,111122223333,Usage,2026-11-03T06:00:00Z,AmazonBedrock,\
USE1-Claude4.6Sonnet-cache-write-input-token-count,1,USD,0.01,1K tokens
5,111122223333,Usage,2026-11-03T06:00:00Z,AmazonEC2,USE1-BoxUsage:t3.micro,1,USD,0.01,Hrs
"""
GOOGLE_LINES = "\n".join(
    json.dumps(
        {
            "billing_account_id": "0123-4567",
            "service": {"id": "C7E2", "description": "Vertex AI"},
            "sku": {"id": "1127", "description": description},
            "usage_start_time": "2026-11-03 08:00:00 UTC",
            "usage_end_time": "2026-11-03 09:00:00 UTC",
            "project": {"id": "lab"},
            "cost": cost,
            "currency": "USD",
            "usage": {"amount": amount, "unit": unit},
            "credits": [],
        }
    )
    for description, amount, unit, cost in (
        ("Gemini 2.5 Flash GA Text Input - Predictions", 1000.0, "count", 0.0003),
        ("Generate content output token count gemini 2.5 flash text", 50.0, "requests", 0.0001),
        ("Gemini 2.5 Flash GA Input Text Caching", 30.0, "count", 0.00001),
        ("Gemini 2.5 Flash Text Input Caching Storage", 2.0, "h", 0.00002),
    )
)


def anthropic_usage(**fields):
    """A page of Anthropic's usage report with one result."""
    result = {
        "uncached_input_tokens": 1500,
        "cache_creation": {"ephemeral_1h_input_tokens": 1000, "ephemeral_5m_input_tokens": 500},
        "cache_read_input_tokens": 200,
        "output_tokens": 500,
        "server_tool_use": {"web_search_requests": 10},
        "api_key_id": None,
        "workspace_id": "wrkspc_1",
        "model": "claude-sonnet-4-5-20250929",
        "service_tier": "standard",
        "context_window": "0-200k",
        **fields,
    }
    bucket = {
        "starting_at": "2026-11-03T00:00:00Z", "ending_at": "2026-11-04T00:00:00Z", "results": [result],
    }  # fmt: skip
    return {"data": [bucket], "has_more": False, "next_page": None}


def anthropic_cost(amount="123.78912", model="claude-sonnet-4-5-20250929"):
    """A page of Anthropic's cost report with one result, in cents."""
    result = {
        "currency": "USD", "amount": amount, "workspace_id": None, "description": None, "cost_type": "tokens",
        "context_window": None, "model": model, "service_tier": "standard", "token_type": "output_tokens",
    }  # fmt: skip
    bucket = {
        "starting_at": "2026-11-03T00:00:00Z", "ending_at": "2026-11-04T00:00:00Z", "results": [result],
    }  # fmt: skip
    return {"data": [bucket], "has_more": False, "next_page": None}


def as_bytes(document):
    """A file."""
    return (document if isinstance(document, str) else json.dumps(document)).encode()
