/**
 * The cells of notebooks in other languages: what their users write to call the stand-in and to look at the answer.
 *
 * Every cell that calls also prints `tokens: N`, its own reckoning of what the provider said, for the test to go by.
 */

import { denoKernel, rKernel, type KernelProgram } from './kernels';

export interface KernelLanguage {
  readonly name: string;
  /** What is missing where there is no such kernel. */
  readonly needs: string;
  readonly kernel: () => KernelProgram | undefined;
  /** Defines what the others use. */
  readonly setup: string;
  /** One call each, printed in one of the ways that users print. */
  readonly calls: readonly string[];
  /** Looks again at the answer of the first call. */
  readonly again: readonly string[];
  /** Calls that the provider refuses, and figures that are of no call. */
  readonly others: readonly string[];
}

const R: KernelLanguage = {
  name: 'R',
  needs: 'R with IRkernel, httr2, jsonlite and tibble',
  kernel: rKernel,
  setup: `library(httr2)
send <- function(path, ...) {
  request(Sys.getenv("OPENAI_BASE_URL")) |>
    req_url_path_append(path) |>
    req_body_json(list(...)) |>
    req_perform()
}
asking <- function(text) list(list(role = "user", content = text))
chat <- function(text, ...) send("chat/completions", model = "gpt-5-mini", messages = asking(text), ...)
report <- function(usage) cat("tokens:", usage$total_tokens, "\\n")
cat("ready\\n")`,
  calls: [
    `first <- resp_body_json(chat("How are you?"))
report(first$usage)
first`,
    `reply <- resp_body_json(chat("What is R?"))
report(reply$usage)
print(reply)`,
    `reply <- resp_body_json(chat("What is a list in R?"))
report(reply$usage)
str(reply)`,
    `reply <- resp_body_json(chat("What is JSON, in short?"))
report(reply$usage)
cat(jsonlite::toJSON(reply, auto_unbox = TRUE, pretty = TRUE))`,
    `reply <- resp_body_string(chat("What does a text look like?"))
report(jsonlite::fromJSON(reply)$usage)
print(reply)`,
    `reply <- resp_body_json(chat("And what does a tibble look like?"))
report(reply$usage)
tibble::as_tibble(reply$usage[c("prompt_tokens", "completion_tokens", "total_tokens")])`,
    `reply <- resp_body_json(chat("And a vector that has names, tell me?"))
report(reply$usage)
unlist(reply$usage)`,
    `reply <- resp_body_json(send("responses", model = "gpt-5", input = "Is there another form?"))
report(reply$usage)
str(reply, max.level = 2)`,
    `reply <- resp_body_json(send("messages", model = "claude-sonnet-4-5", max_tokens = 20L,
  messages = asking("And one that counts without a sum?")))
cat("tokens:", reply$usage$input_tokens + reply$usage$output_tokens, "\\n")
reply`,
    `usage <- NULL
held <- ""
take <- function(bytes) {
  pieces <- strsplit(paste0(held, rawToChar(bytes), " "), "\\n")[[1]]
  held <<- sub(" $", "", tail(pieces, 1))
  lines <- grep("^data: [{]", head(pieces, -1), value = TRUE)
  for (chunk in lapply(substring(lines, 7), jsonlite::fromJSON, simplifyVector = FALSE)) {
    if (length(chunk$choices) > 0) cat(chunk$choices[[1]]$delta$content)
    if (!is.null(chunk$usage)) usage <<- chunk$usage
  }
  TRUE
}
request(Sys.getenv("OPENAI_BASE_URL")) |>
  req_url_path_append("chat/completions") |>
  req_body_json(list(model = "gpt-5-mini", messages = asking("Can you say it piece by piece, please?"),
    stream = TRUE, stream_options = list(include_usage = TRUE))) |>
  req_stream(take, buffer_kb = 0.5) |>
  invisible()
cat("\\n")
report(usage)
print(usage)`
  ],
  again: ['first$usage', 'str(first)', 'print(unlist(first$usage))'],
  others: [
    'resp_body_json(send("chat/completions", model = "standin-rate-limited", messages = asking("Hi")))',
    `refused <- request(Sys.getenv("OPENAI_BASE_URL")) |>
  req_url_path_append("chat/completions") |>
  req_body_json(list(model = "no-such-model", messages = asking("Hi"))) |>
  req_error(is_error = \\(reply) FALSE) |>
  req_perform()
resp_body_json(refused)`,
    `cat("context window: 128000 tokens, at most 4096 output tokens, 3021.2 tokens/s\\n")
list(max_tokens = 4096, temperature = 0.2)`,
    `data.frame(model = c("a", "b"), context_tokens = c(128000, 200000), max_output_tokens = c(4096, 8192))`
  ]
};

const JAVASCRIPT: KernelLanguage = {
  name: 'JavaScript',
  needs: 'Deno (npm ci in ui-tests/deno)',
  kernel: denoKernel,
  setup: `const send = async (path, body) =>
  fetch(Deno.env.get("OPENAI_BASE_URL") + path, { method: "POST", body: JSON.stringify(body) });
const ask = async (path, body) => (await send(path, body)).json();
const asking = text => [{ role: "user", content: text }];
const chat = text => ask("/chat/completions", { model: "gpt-5-mini", messages: asking(text) });
const report = usage => console.log("tokens:", usage.total_tokens);
console.log("ready");`,
  calls: [
    `const first = await chat("How are you?");
report(first.usage);
console.log(first);`,
    `const second = await chat("What is JavaScript?");
report(second.usage);
console.log(JSON.stringify(second));`,
    `const third = await chat("What is an indent, in short?");
report(third.usage);
console.log(JSON.stringify(third, null, 2));`,
    `const fourth = await chat("What does a value look like?");
report(fourth.usage);
fourth`,
    `const fifth = await chat("And what does a table of a console look like?");
report(fifth.usage);
console.table(fifth.usage);`,
    `const sixth = await ask("/responses", { model: "gpt-5", input: "Is there another form?" });
report(sixth.usage);
console.log(sixth);`,
    `const { usage: seventh, ...rest } = await ask("/messages", {
  model: "claude-sonnet-4-5", max_tokens: 20, messages: asking("And one that counts without a sum?") });
console.log("tokens:", seventh.input_tokens + seventh.output_tokens);
({ ...rest, usage: seventh })`,
    `const pair = await Promise.all(["Are two at once", "more than one?"].map(chat));
report({ total_tokens: pair[0].usage.total_tokens + pair[1].usage.total_tokens });
pair.map(reply => reply.usage)`,
    `const { body } = await send("/chat/completions", { model: "gpt-5-mini", stream: true,
  stream_options: { include_usage: true }, messages: asking("Can you say it piece by piece, please?") });
let streamed;
let held = "";
for await (const piece of body.pipeThrough(new TextDecoderStream())) {
  const lines = (held + piece).split("\\n");
  held = lines.pop();
  for (const line of lines.filter(line => line.startsWith("data: {"))) {
    const chunk = JSON.parse(line.slice(6));
    console.log(chunk.choices[0]?.delta.content ?? "");
    streamed = chunk.usage ?? streamed;
  }
}
report(streamed);
console.log(streamed);`
  ],
  again: ['first.usage', 'first', 'console.log(first.usage)'],
  others: [
    `const failed = await send("/chat/completions", { model: "standin-rate-limited", messages: asking("Hi") });
if (!failed.ok) throw new Error(\`\${failed.status}: \${await failed.text()}\`);`,
    'await ask("/chat/completions", { model: "no-such-model", messages: asking("Hi") })',
    `console.log("context window: 128000 tokens, at most 4096 output tokens, 3021.2 tokens/s");
({ max_tokens: 4096, temperature: 0.2 })`,
    `console.table([8, 16].map(size => ({ model: "m" + size, context_tokens: size * 1000, max_output_tokens: 4096 })));`
  ]
};

export const KERNEL_LANGUAGES: readonly KernelLanguage[] = [R, JAVASCRIPT];
