/**
 * Figures as the printers of other languages and markups write them, rewritten as `name: figure`.
 *
 * The reader of structures knows Python, JSON, R, Julia and JavaScript; this adds Rust, Go, PHP, Ruby, Clojure and Java where they
 * differ, XML, and frames as JSON.
 */

const ELEMENT = /<([A-Za-z_]\w{1,40})>\s{0,20}(\d[\d,]{0,15})\s{0,20}<\/\1>/g;
/** `prompt_tokens="12"`: attributes of markup, and logs that quote every value. */
const QUOTED = /(?<=[\w.-]tok(?:en)?s?\w{0,20}\s?=\s?)(["'])(\d[\d,]{0,14})\1\/?/gi;
/** PHP's `var_dump`: `["prompt_tokens"]=>` above `int(12)`, with the visibility of properties. */
const VAR_DUMP =
  /\["(\w{1,40})"(?::(?:"[\w\\]{1,80}":)?(?:private|protected|readonly|public))?\]\s?=>\s{1,40}/g;
/** Clojure's and Elixir's keywords as keys: `{:prompt_tokens 12}`. */
const KEYWORD = /(?<=[{,\s]):([a-z][\w-]{1,40})\s(?=\d)/g;
/** JavaScript's list of pairs: `[ [ 'input_tokens', 12 ] ]`. */
const PAIR = /\[ (?=(["'])[\w -]{1,40}\1, \d{1,12} \])/g;
/** A frame of one row by columns, as JSON and as dicts; the same as names beside rows. */
const COLUMN =
  /(["'])(\w{0,30}tok\w{0,20})\1(: ?)(?:\{["']?0["']?: ?(\d{1,12})\}|\[(\d{1,12})\])/gi;
const SPLIT =
  /(["'])columns\1: ?\[((?:["'][\w ]{1,40}["'](?:, ?)?){2,30})\][^[\]]{0,40}(?:\[\d{1,4}\][^[\]]{0,40})?(["'])data\3: ?\[\[([\d, ]{3,300})\]\]/g;
/** Rust's pretty print of a figure that may be absent, over three lines. */
const SOME = /\bSome\(\s{1,80}(\d{1,15}),?\s{1,80}\)/g;
/** PromptingTools.jl: the tokens of prompt and answer. */
const TUPLE =
  /\btokens\s?[:=]\s?\((\d{1,12}), ?(\d{1,12})\)(?=\s*(?:[,;)\n]|elapsed|cost|log_prob|$))/g;
/** `Usage<prompt: 12, completion: 34>`. */
const ANGLED = /#?\b(\w{0,30}Usage)<([^<>\n]{1,300})>/g;
/** `<Usage: 12 in, 34 out>`. */
const NOTED = /<((?:token )?usage|tokens?): ([^<>=\n]{1,200})>/gi;
/** R's `str` of a named vector. */
const NAMED_STR =
  /Named (?:int|num) \[1:\d{1,2}\] ([\d ]{1,200})\n - attr\(\*, "names"\)= chr \[1:\d{1,2}\] ((?:"[^"\n]{1,60}" ?){1,20})/g;
/** Go's spew: `PromptTokens: (int) 12`. */
const CAST = /(?<=[:=]\s?)\((?:u?int\d{0,2}|float\d{2}|long)\)\s?(?=\d)/g;
/** `int(12)`, `np.int64(12)`, `Some(12)`: a figure that is printed with its type. */
const TYPED =
  /(?<=[:=>]\s{0,8})(?:\w{1,12}\.)?(?:u?int(?:eger)?\d{0,3}|long|number|Some|Just|Ok|Optional|Int)\((\d[\d,_]{0,14})\)/gi;
/** `response["usage"]["prompt_tokens"] = 12`: a path in brackets is one with dots. */
const SUBSCRIPTS = /(?<!\w)\w{1,60}(?:\[(["'])\w{1,40}\1\]){1,6}(?=[ \t]*[=:])/g;

/**
 * A text with such figures behind a sign.
 *
 * @param text - without terminal codes.
 */
export function inOneDialect(text: string): string {
  return text
    .replace(ELEMENT, ' $1: $2, ')
    .replace(VAR_DUMP, '"$1": ')
    .replace(KEYWORD, '$1: ')
    .replace(PAIR, '[')
    .replace(COLUMN, '$1$2$1$3$4$5')
    .replace(SPLIT, besides)
    .replace(QUOTED, '$2 ')
    .replace(SOME, '$1')
    .replace(NOTED, '$1: $2')
    .replace(NAMED_STR, namedStr)
    .replace(ANGLED, '$1($2)')
    .replace(TUPLE, 'prompt_tokens: $1, completion_tokens: $2')
    .replace(CAST, '')
    .replace(TYPED, '$1')
    .replace(SUBSCRIPTS, path => path.replace(/\[["']/g, '.').replace(/["']\]/g, ''));
}

function namedStr(_: string, row: string, printed: string): string {
  const figures = row.trim().split(' ');
  const names = printed.trim().split(' ');
  return names.map((name, at) => `${name}: ${figures[at] ?? 'NA'}`).join(', ');
}

/** `"columns": ["a", "b"], "data": [[1, 2]]` with each name beside its figure. */
function besides(whole: string, _: string, printed: string, _quote: string, row: string): string {
  const [names, figures] = [printed, row].map(list => list.split(/, ?/));
  return names.length === figures.length
    ? names.map((name, at) => `${name}: ${figures[at]}`).join(', ')
    : whole;
}
