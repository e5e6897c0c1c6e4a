import { SentCalls } from '../../../core/scan/sent';

/** What the last of some cells says, after the others. */
function read(...cells: readonly string[]): unknown {
  const calls = new SentCalls();
  return cells.map(cell => calls.findCall(cell)).at(-1);
}

describe('a cell that says it calls an LLM', () => {
  it.each([
    [
      'ellmer in one line',
      ['ellmer::chat_openai(model = "gpt-4.1")$chat("Tell a joke")'],
      'gpt-4.1',
      'Tell a joke'
    ],
    [
      'ellmer set up before',
      ['library(ellmer)\nchat <- chat_openai(model = "gpt-4.1")', 'chat$chat("Why?")'],
      'gpt-4.1',
      'Why?'
    ],
    [
      'ellmer over several lines',
      [
        'chat <- chat_claude(\n  model = "claude-sonnet-4-5"\n)\n\nanswer <- chat$chat(\n  "Why?"\n)\ncat(answer)'
      ],
      'claude-sonnet-4-5',
      'Why?'
    ],
    [
      'httr2',
      [
        'req <- request("https://api.openai.com/v1/chat/completions") |>\n  req_body_json(list(model = "gpt-4o", messages = list(list(role = "user", content = "Hi"))))',
        'resp <- req |> req_perform()\ncat(resp_body_json(resp)$choices[[1]]$message$content)'
      ],
      'gpt-4o',
      undefined
    ],
    [
      'httr',
      [
        "r <- httr::POST('http://localhost:11434/api/generate', body = list(model='llama3', prompt='Hi there'))"
      ],
      'llama3',
      'Hi there'
    ],
    [
      'tidyllm',
      ['llm_message("What is R?") |> chat(openai(.model = "gpt-4o"))'],
      'gpt-4o',
      'What is R?'
    ],
    [
      'OpenAI.jl',
      ['r = create_chat(key, "gpt-4o-mini", [Dict("role" => "user", "content" => "Hi")])'],
      'gpt-4o-mini',
      'Hi'
    ],
    [
      'PromptingTools.jl',
      ['using PromptingTools\nai"What is the capital of France?"'],
      undefined,
      'What is the capital of France?'
    ],
    [
      'HTTP.jl',
      ['const URL = "https://api.deepseek.com/chat/completions"', 'HTTP.post(URL, headers, body)'],
      undefined,
      undefined
    ],
    [
      'openai in JavaScript',
      [
        'const client = new OpenAI();',
        "const r = await client.responses.create({ model: 'gpt-5-mini', input: 'Say hi' });\nconsole.log(r.output_text);"
      ],
      'gpt-5-mini',
      'Say hi'
    ],
    [
      'fetch',
      [
        'const r = await fetch("https://api.anthropic.com/v1/messages", {\n  method: "POST",\n  body\n});'
      ],
      undefined,
      undefined
    ],
    [
      'the AI SDK',
      ['const { text } = await generateText({ model: openai("gpt-4o"), prompt: "Hi" })'],
      'gpt-4o',
      'Hi'
    ],
    [
      'openai in Python',
      [
        'client = OpenAI()\nr = client.chat.completions.create(model="gpt-4o", messages=[{"role": "user", "content": "Hi"}])\nprint(r.choices[0].message.content)'
      ],
      'gpt-4o',
      'Hi'
    ],
    [
      'LangChain',
      [
        'llm = ChatOpenAI(model="gpt-4o")\nchain = prompt | llm',
        'print(chain.invoke({"topic": "cats"}))'
      ],
      'gpt-4o',
      undefined
    ],
    [
      'curl',
      ['!curl -s https://api.openai.com/v1/chat/completions -d @body.json'],
      undefined,
      undefined
    ],
    [
      'a function of an earlier cell',
      [
        'ask <- function(p) {\n  r <- chat_openai(model = "gpt-4o")$chat(p)\n  r\n}',
        'cat(ask("Why is the sky blue?"))'
      ],
      'gpt-4o',
      'Why is the sky blue?'
    ],
    [
      'a def of an earlier cell',
      ['def ask(p):\n    return litellm.completion(model="gpt-4o", messages=p)\n', 'ask(history)'],
      'gpt-4o',
      undefined
    ]
  ])('should be known by %s', (_, cells, model, prompt) => {
    expect(read(...cells)).toEqual({
      ...(model !== undefined && { model }),
      ...(prompt !== undefined && { prompt })
    });
  });

  it.each([
    ['a formatted text', 'chat$chat(f"Say {x}")'],
    ['a template', 'chat.chat(`Say ${x}`)'],
    ['a variable', 'chat$chat(question)'],
    ['a loop', 'for (i in 1:3) chat$chat("Hi")'],
    [
      'a message of which a part is a variable',
      'chat.invoke([{"content": "Hi"}, {"content": more}])'
    ]
  ])('should keep silent about a prompt with %s in it', (_, cell) => {
    expect(read('chat <- chat_openai()', cell)).toEqual({});
  });
});

describe('a cell that calls no LLM', () => {
  it.each([
    ['sums', ['x <- 1 + 2\nprint(x)']],
    ['a comment about it', ['# chat_openai()$chat("hi")\n// client.responses.create()\nprint(1)']],
    ['a text about it', ['print("client.chat.completions.create(model=1)")']],
    ['a client that is set up only', ['library(ellmer)\nchat <- chat_openai()\nprint(chat)']],
    [
      'a function that is defined only',
      ['def ask(p):\n    return client.messages.create(messages=p)\nprint("ready")']
    ],
    [
      'another request',
      [
        'url <- "https://api.openai.com/v1/chat/completions"',
        'httr::POST("https://example.org/data", body = x)'
      ]
    ],
    ['a list of models', ['fetch("https://api.openai.com/v1/models").then(r => r.text())']],
    [
      'embeddings',
      ['r = client.embeddings.create(model="text-embedding-3-small", input="x")\nprint(r)']
    ],
    [
      'a name that is given to something else',
      ['chat <- chat_openai()', 'chat <- data.frame(a = 1)', 'chat$run(1)']
    ],
    [
      'the answer that is shown again',
      ['chat <- chat_openai()\nanswer <- chat$chat("Hi")', 'cat(answer)']
    ],
    ['nothing', ['']],
    ['a file in a cell', [`x = "${'a'.repeat(200_000)}"\nclient.responses.create()`]]
  ])('should not make a call: %s', (_, cells) => {
    expect(read(...cells)).toBeUndefined();
  });

  it.each(['/*', '"', "'", '`', '#=', '"""', 'x = ', 'a.b(', 'chat.', ';', '\n '])(
    'should be read to its end when it is hostile: %p',
    unit => {
      const cell = unit.repeat(100_000 / unit.length);
      expect(read('chat <- chat_openai()', cell)).toBeUndefined();
    }
  );
});
