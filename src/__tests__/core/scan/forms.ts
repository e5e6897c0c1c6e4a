/**
 * Usage as libraries of several languages print it, and what looks like it.
 */

import type { Usage } from '../../../core/scan/reading';
import type { Markup } from '../../../core/scan/text';

export interface Printed {
  readonly form: string;
  readonly text: string;
  readonly markup?: Markup;
  readonly usages: readonly Partial<Usage>[];
}

const OPENAI_DETAILS =
  'completion_tokens_details=CompletionTokensDetails(audio_tokens=0, reasoning_tokens=8), ' +
  'prompt_tokens_details=PromptTokensDetails(audio_tokens=0, cached_tokens=4)';

export const printed: readonly Printed[] = [
  {
    form: 'a chat completion whose answer has an apostrophe',
    text: `ChatCompletion(id='chatcmpl-1', choices=[Choice(message=Message(content="it's"))], model='gpt-4o', usage=CompletionUsage(completion_tokens=17, prompt_tokens=57, total_tokens=74, ${OPENAI_DETAILS}))`,
    usages: [
      { inputTokens: 57, outputTokens: 17, cacheReadInputTokens: 4, reasoningOutputTokens: 8 }
    ]
  },
  {
    form: 'an AIMessage, which prints its usage in two of its parts, as one call',
    text: `AIMessage(content='Hi', response_metadata={'token_usage': {'completion_tokens': 9, 'prompt_tokens': 11, 'total_tokens': 20}, 'id': 'chatcmpl-zz'}, id='run--8', usage_metadata={'input_tokens': 11, 'output_tokens': 9, 'total_tokens': 20, 'input_token_details': {'cache_read': 5}})`,
    usages: [{ inputTokens: 11, outputTokens: 9, cacheReadInputTokens: 5 }]
  },
  {
    form: 'a response of Gemini, whose thoughts are beside the answer',
    text: `GenerateContentResponse(\n  candidates=[\n    Candidate(finish_reason=<FinishReason.STOP: 'STOP'>),\n  ],\n  usage_metadata=GenerateContentResponseUsageMetadata(\n    candidates_token_count=9,\n    prompt_token_count=5,\n    prompt_tokens_details=[\n      ModalityTokenCount(\n        token_count=5\n      ),\n    ],\n    thoughts_token_count=20,\n    total_token_count=34\n  )\n)`,
    usages: [{ inputTokens: 5, outputTokens: 29, reasoningOutputTokens: 20 }]
  },
  {
    form: 'a message in protobuf text',
    text: `candidates {\n  content {\n    role: "model"\n  }\n}\nusage_metadata {\n  prompt_token_count: 7\n  candidates_token_count: 23\n}\n`,
    usages: [{ inputTokens: 7, outputTokens: 23 }]
  },
  {
    form: 'a message of Anthropic, whose cache is beside the input',
    text: `Message(id='msg_01', content=[TextBlock(text='Hi')], usage=Usage(cache_creation=CacheCreation(ephemeral_5m_input_tokens=9289), cache_creation_input_tokens=9289, cache_read_input_tokens=0, input_tokens=3, output_tokens=5))`,
    usages: [{ inputTokens: 9292, outputTokens: 5, cacheWriteInputTokens: 9289 }]
  },
  {
    form: 'the events of a stream of Anthropic as one call',
    text: `RawMessageStartEvent(message=Message(id='msg_01', content=[], usage=Usage(input_tokens=25, output_tokens=1)), type='message_start')\nRawMessageDeltaEvent(delta=Delta(stop_reason='end_turn'), type='message_delta', usage=MessageDeltaUsage(output_tokens=15))`,
    usages: [{ inputTokens: 25, outputTokens: 15 }]
  },
  {
    form: 'the chunks of a stream that repeats its usage as one call',
    text: [1, 2, 3]
      .map(
        tokens =>
          `ChatCompletionChunk(id='chatcmpl-1', usage=CompletionUsage(completion_tokens=${tokens}, prompt_tokens=9, total_tokens=${tokens + 9}))`
      )
      .join('\n'),
    usages: [{ inputTokens: 9, outputTokens: 3 }]
  },
  {
    form: "Cohere's tokens used, not those billed",
    text: `V2ChatResponse(id='u-1', usage=Usage(billed_units=UsageBilledUnits(input_tokens=5.0, output_tokens=7.0, search_units=None), tokens=UsageTokens(input_tokens=71.0, output_tokens=7.0)))`,
    usages: [{ inputTokens: 71, outputTokens: 7 }]
  },
  {
    form: 'the embeddings of a text, which have no output',
    text: `CreateEmbeddingResponse(data=[Embedding(embedding=[0.1, 0.2])], model='text-embedding-3-small', usage=Usage(prompt_tokens=8, total_tokens=8))`,
    usages: [{ inputTokens: 8 }]
  },
  {
    form: 'fields in a row without brackets',
    text: `model='llama3' done=True prompt_eval_count=26 eval_count=298 message=Message(role='assistant')`,
    usages: [{ inputTokens: 26, outputTokens: 298 }]
  },
  {
    form: 'JSON lines, equal but for the id',
    text: [1, 2]
      .map(id => `{"id":"a${id}","usage":{"prompt_tokens":1,"completion_tokens":2}}`)
      .join('\n'),
    usages: [
      { inputTokens: 1, outputTokens: 2 },
      { inputTokens: 1, outputTokens: 2 }
    ]
  },
  {
    form: 'JSON in a repr of bytes',
    text: `b'{"id":"a1","usage":{"prompt_tokens":1,"completion_tokens":2}}'`,
    usages: [{ inputTokens: 1, outputTokens: 2 }]
  },
  {
    form: 'an object that Node prints',
    text: `{\n  id: 'chatcmpl-3',\n  choices: [ { index: 0, message: [Object] } ],\n  usage: {\n    prompt_tokens: 9,\n    completion_tokens: 12,\n    prompt_tokens_details: { cached_tokens: 3 }\n  }\n}`,
    usages: [{ inputTokens: 9, outputTokens: 12, cacheReadInputTokens: 3 }]
  },
  {
    form: 'a dict that Julia prints',
    text: `Dict{String, Any} with 2 entries:\n  "id"    => "chatcmpl-7"\n  "usage" => Dict{String, Any}("prompt_tokens"=>9, "completion_tokens"=>12, "total_tokens"=>21)`,
    usages: [{ inputTokens: 9, outputTokens: 12 }]
  },
  {
    form: 'symbols of Julia',
    text: `JSON3.Object with 3 entries:\n  :prompt_tokens     => 9\n  :completion_tokens => 12\n  :total_tokens      => 21`,
    usages: [{ inputTokens: 9, outputTokens: 12 }]
  },
  {
    form: 'a list that R prints',
    text: `$id\n[1] "chatcmpl-5"\n\n$usage\n$usage$prompt_tokens\n[1] 9\n\n$usage$completion_tokens\n[1] 12\n\n$usage$prompt_tokens_details\n$usage$prompt_tokens_details$cached_tokens\n[1] 4\n\n`,
    usages: [{ inputTokens: 9, outputTokens: 12, cacheReadInputTokens: 4 }]
  },
  {
    form: 'the structure of a list in R',
    text: `List of 2\n $ model  : chr "gpt-4o"\n $ usage  :List of 2\n  ..$ prompt_tokens    : int 9\n  ..$ completion_tokens: int 12\n`,
    usages: [{ inputTokens: 9, outputTokens: 12 }]
  },
  {
    form: 'a named vector of R',
    text: '    prompt_tokens completion_tokens      total_tokens \n                9                12                21 \n',
    usages: [{ inputTokens: 9, outputTokens: 12 }]
  },
  {
    form: 'a glimpse of a data frame in R',
    text: '$ prompt_tokens     <int> 9\n$ completion_tokens <int> 12',
    usages: [{ inputTokens: 9, outputTokens: 12 }]
  },
  {
    form: 'a tibble of one call',
    text: '# A tibble: 1 × 3\n  prompt_tokens completion_tokens total_tokens\n          <int>             <int>        <int>\n1             9                12           21',
    usages: [{ inputTokens: 9, outputTokens: 12 }]
  },
  {
    form: 'a data frame of one call that is wider than its lines',
    text: '  prompt_tokens completion_tokens total_tokens\n1             9                12           21\n  prompt_tokens_details.cached_tokens\n1                                   4\n',
    usages: [{ inputTokens: 9, outputTokens: 12, cacheReadInputTokens: 4 }]
  },
  {
    form: 'a table of one call in HTML as IRkernel shows it',
    text: '<table class="dataframe">\n<caption>A tibble: 1 × 3</caption>\n<thead>\n\t<tr><th scope=col>model</th><th scope=col>prompt_tokens</th><th scope=col>completion_tokens</th></tr>\n\t<tr><th scope=col>&lt;chr&gt;</th><th scope=col>&lt;int&gt;</th><th scope=col>&lt;int&gt;</th></tr>\n</thead>\n<tbody>\n\t<tr><td>gpt-5-mini</td><td>9</td><td>12</td></tr>\n</tbody>\n</table>\n',
    markup: 'html',
    usages: [{ inputTokens: 9, outputTokens: 12 }]
  },
  {
    form: 'a table of one call in Markdown',
    text: '| model | prompt_tokens | completion_tokens |\n|---|---|---|\n| gpt-5-mini | 1,009 | 12 |',
    usages: [{ inputTokens: 1009, outputTokens: 12 }]
  },
  {
    form: 'the named vector of a nested list, in narrow lines',
    text: '                      prompt_tokens \n                                  9 \n                  completion_tokens \n                                 12 \nprompt_tokens_details.cached_tokens \n                                  4 \n',
    usages: [{ inputTokens: 9, outputTokens: 12, cacheReadInputTokens: 4 }]
  },
  {
    form: 'a matrix with a column for each call',
    text: '                  [,1] [,2]\nprompt_tokens        9    9\ncompletion_tokens   12   12\ntotal_tokens        21   21',
    usages: [
      { inputTokens: 9, outputTokens: 12 },
      { inputTokens: 9, outputTokens: 12 }
    ]
  },
  {
    form: 'a usage in a table of a console',
    text: '┌───────────────────┬───────────────┬────────┐\n│ (idx)             │ cached_tokens │ Values │\n├───────────────────┼───────────────┼────────┤\n│ prompt_tokens     │               │      9 │\n│ completion_tokens │               │     12 │\n│ details           │             4 │        │\n└───────────────────┴───────────────┴────────┘',
    usages: [{ inputTokens: 9, outputTokens: 12 }]
  },
  {
    form: 'a list of one usage in a table of a console',
    text: '┌───────┬───────────────┬───────────────────┬──────────────┐\n│ (idx) │ prompt_tokens │ completion_tokens │ total_tokens │\n├───────┼───────────────┼───────────────────┼──────────────┤\n│     0 │             9 │                12 │           21 │\n└───────┴───────────────┴───────────────────┴──────────────┘',
    usages: [{ inputTokens: 9, outputTokens: 12 }]
  },
  {
    form: 'a JSON text that R prints',
    text: String.raw`the answer:
[1] "{\"id\": \"chatcmpl-1\", \"usage\": {\"prompt_tokens\": 9, \"completion_tokens\": 12}}"`,
    usages: [{ inputTokens: 9, outputTokens: 12 }]
  },
  {
    form: 'the structure of a list of responses in R',
    text: [1, 2]
      .map(
        number =>
          ` $ :List of 3\n  ..$ id   : chr "chatcmpl-${number}"\n  ..$ usage:List of 2\n  .. ..$ prompt_tokens    : int 9\n  .. ..$ completion_tokens: int 12`
      )
      .join('\n'),
    usages: [
      { inputTokens: 9, outputTokens: 12 },
      { inputTokens: 9, outputTokens: 12 }
    ]
  },
  {
    form: 'equal usages without ids in one list as several calls',
    text: '[\n  { prompt_tokens: 9, completion_tokens: 12 },\n  { prompt_tokens: 9, completion_tokens: 12 }\n]',
    usages: [
      { inputTokens: 9, outputTokens: 12 },
      { inputTokens: 9, outputTokens: 12 }
    ]
  },
  {
    form: 'short labels under a heading that speaks of tokens',
    text: 'Token usage: input=10, output=20, total=30',
    usages: [{ inputTokens: 10, outputTokens: 20 }]
  },
  {
    form: 'a chat of ellmer',
    text: `<Chat OpenAI/gpt-4.1-nano turns=2 tokens=10/12 $0.00>\n── user [10] ──\nHi`,
    usages: [{ inputTokens: 10, outputTokens: 12 }]
  },
  {
    form: "ellmer's table of usage as a tibble",
    text: `# A tibble: 1 × 5\n  provider  model           input output cached_input price\n  <chr>     <chr>           <dbl>  <dbl>        <dbl> <dbl>\n1 Anthropic claude-sonnet-4    65    121            0 $0.00`,
    usages: [{ inputTokens: 65, outputTokens: 121 }]
  },
  {
    form: 'labels in running text',
    text: `Model: gpt-4o\nInput tokens: 1,234\nOutput tokens: 567`,
    usages: [{ inputTokens: 1234, outputTokens: 567 }]
  },
  {
    form: 'figures before their labels',
    text: 'Used 26 prompt tokens and 120 completion tokens',
    usages: [{ inputTokens: 26, outputTokens: 120 }]
  },
  {
    form: 'labels in Chinese',
    text: '输入token数：1,005，输出token数：6 个，总计：1,011',
    usages: [{ inputTokens: 1005, outputTokens: 6 }]
  },
  {
    form: 'a drawn table',
    text: '┃ Metric            ┃ Count ┃\n│ Prompt tokens     │    10 │\n│ Completion tokens │ 1,020 │',
    usages: [{ inputTokens: 10, outputTokens: 1020 }]
  },
  {
    form: 'a structure with drawn guides',
    text: `ChatCompletion(\n│   id='chatcmpl-1',\n│   usage=CompletionUsage(\n│   │   completion_tokens=17,\n│   │   prompt_tokens=57\n│   )\n)`,
    usages: [{ inputTokens: 57, outputTokens: 17 }]
  },
  {
    form: 'a table in HTML',
    text: '<table><tr><th>Input tokens</th><td>110</td></tr><tr><th>Output tokens</th><td>20</td></tr></table>',
    markup: 'html',
    usages: [{ inputTokens: 110, outputTokens: 20 }]
  },
  {
    form: 'a sum beside the calls that it adds up as nothing new',
    text: `RunResult(raw_responses=[ModelResponse(usage=Usage(requests=1, input_tokens=10, output_tokens=5), response_id='resp_1'), ModelResponse(usage=Usage(requests=1, input_tokens=20, output_tokens=6), response_id='resp_2')], context=Usage(requests=2, input_tokens=30, output_tokens=11))`,
    usages: [
      { inputTokens: 10, outputTokens: 5 },
      { inputTokens: 20, outputTokens: 6 }
    ]
  }
];

export const lookalikes: readonly (readonly [string, string])[] = [
  ['a count made before a call', 'MessageTokensCount(input_tokens=14)'],
  ['a count of Gemini', 'CountTokensResponse(total_tokens=31, total_billable_characters=12)'],
  ['the limits of a model', "Model(name='m', input_token_limit=1048576, output_token_limit=8192)"],
  ['limits asked for', 'UsageLimits(request_limit=50, input_tokens_limit=100)'],
  [
    'rate limit headers',
    "{'x-ratelimit-remaining-tokens': '149984', 'anthropic-ratelimit-input-tokens-limit': '40000'}"
  ],
  ['prices', "{'input_tokens': 2.5, 'output_tokens': 10}"],
  ['a training log', "{'loss': 1.2, 'num_input_tokens_seen': 1024, 'completion_length': 128.0}"],
  ['defaults in source code', 'def cost(prompt_tokens=0, completion_tokens=0):\n    return 1'],
  [
    'source code that prints',
    'print(f"Input tokens: {u.input_tokens}, Output tokens: {u.output_tokens}")'
  ],
  ['what a tokenizer makes', "{'input_ids': [101, 102]}\nNumber of tokens: 5"],
  [
    'a report of an organisation',
    '{"object": "organization.usage.completions.result", "input_tokens": 5000, "output_tokens": 1000}'
  ],
  ['what a command takes', 'usage: prog --input=5 --output=6'],
  ['a data frame', '   prompt_tokens  completion_tokens\n0             12                 34'],
  [
    'a log of calls made before',
    '  model prompt_tokens completion_tokens total_tokens\n1 gpt-5            12                34           46\n2 gpt-5             2                 4            6'
  ],
  [
    'a summary of a data frame',
    '       prompt_tokens  completion_tokens  total_tokens\ncount            1.0                2.0           3.0\nmean             9.0               12.0          21.0'
  ],
  ['averages', 'Average prompt tokens: 100\nAverage completion tokens: 20'],
  ['rates', 'prompt throughput: 10.3 tokens/s, generation throughput: 5 tokens/s'],
  ['the sides of a layer', 'Layer(input=128, output=64)'],
  [
    'prose about limits',
    'Models accept 128,000 input tokens and 4,096 output tokens at 3 input tokens.'
  ]
];
