/**
 * Turns what a kernel sends into the text that people see, and cuts it to the parts worth reading.
 *
 * Terminal codes and markup are removed. Of a long text, only windows around the names of token counts are kept: the end of the
 * text first, then its beginning. Everything here takes linear time.
 */

/** At most this many characters of one text are read for structures. */
export const MOST_READ = 1_000_000;
/** What is read before and behind a name of a figure. */
const BEFORE = 16_000;
const BEHIND = 4_000;

const TERMINAL = /\u001b(?:\[[0-9;?]{0,30}[A-Za-z]|\]8;[^\u0007\u001b]{0,500}(?:\u0007|\u001b\\))/g;
/** What every usage that the vocabulary knows has in it. */
const WORTH_READING =
  /tok(?:en)?[a-zà-ž]{0,3}(?:\b|_)|token-?(?:ver|anz|nutz|ge|för)|\d ?tkn?s?\b|(?:gpt|claude|gemini)-[\d\w.]|jetons?\b|\bentrada\b|\beingabe\b|entrée|żeton|токен|token_?(?:count|usage|stat)|令牌|词元|用量|输入|输出|billed_?units|eval[_ ]?count|predicted_n|usage|\bIn: \d|\bin=\d|\bcache[_ ](?:read|creat|hit)|input=\d|\d input, |"?output"? *[:=] *\d|\b(?:input|prompt)\s+(?:output|completion)\b|\bprompt[\s:=|│┃║]{0,24}\d|prompt eval time|\d in \+ \d|\bin \d[\d,]{0,12} ?[/|,·] ?out \d|\d in\W{1,12}\d[\d,]{0,12} out\b|\d prompt\b|\bn_in(?:put)?\b|\bprompt\b[^\w\n]{1,40}completion\b|\binput ?[:=|] ?\d|トークン|토큰|โทเค็น|رم[وز]|توكن|टोकन|אסימונים|טוקנים/gi;
const ENTITIES: Readonly<Record<string, string>> = {
  '&lt;': '<',
  '&gt;': '>',
  '&amp;': '&',
  '&quot;': '"',
  '&#39;': "'",
  '&#x27;': "'",
  '&#34;': '"',
  '&nbsp;': ' '
};

/** Whether a text can hold a usage at all; the answer for most outputs, fast. */
export function isWorthReading(text: string): boolean {
  WORTH_READING.lastIndex = 0;
  return WORTH_READING.test(text);
}

/**
 * The parts of a text that are worth reading.
 *
 * @param text - of any length.
 * @returns windows that do not overlap, in the order of the text, together at most `MOST_READ` characters.
 */
export function windowsOf(text: string): readonly string[] {
  if (text.length <= BEFORE) {
    return isWorthReading(text) ? [text] : [];
  }
  const spans = spansOf(text);
  const kept = new Set<Span>();
  let budget = MOST_READ;
  for (const span of endsFirst(spans)) {
    budget -= span.end - span.start;
    if (budget < 0) {
      break;
    }
    kept.add(span);
  }
  return spans.filter(span => kept.has(span)).map(({ start, end }) => text.slice(start, end));
}

/** Terminal codes out, and of lines that were written over only what was written last. */
export function withoutTerminalCodes(text: string): string {
  const plain = text.includes('\u001b') ? text.replace(TERMINAL, '') : text;
  return plain.includes('\r') ? plain.split('\n').map(lastWritten).join('\n') : plain;
}

/** Markup to lines of text; cells of a table stand between bars. */
export function withoutMarkup(html: string): string {
  return html
    .replace(/<(?:style|script)\b[^<]{0,20000}<\/(?:style|script)>/gi, '')
    .replace(/(<\/t[hd]>|<tr\b[^<>]{0,200}>)\s{1,200}(?=<t[hd]\b)/gi, '$1')
    .replace(/<\/(?:td|th)>/gi, ' | ')
    .replace(/:?[ \t]{0,20}<\/dt>/gi, ': ')
    .replace(/<(?:ul|ol|dl|li|p|div|h\d|table|section)\b[^<>]{0,200}>/gi, '\n')
    .replace(
      /<(?:br|\/tr|\/p|\/div|\/li|\/pre|\/dd|\/h\d|\/summary|\/caption|\/label|\/section|\/article|\/header|\/footer|\/figcaption|\/button|hr)\b[^<>]{0,200}>/gi,
      '\n'
    )
    .replace(/<\/?[a-z][^<>]{0,2000}>/gi, '')
    .replace(/\n{3,}/g, '\n\n')
    .replace(/&(?:lt|gt|amp|quot|nbsp|#39|#x27|#34);/g, entity => ENTITIES[entity]);
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function spansOf(text: string): readonly Span[] {
  const spans: Span[] = [];
  WORTH_READING.lastIndex = 0;
  for (let found = WORTH_READING.exec(text); found !== null; found = WORTH_READING.exec(text)) {
    const last = spans[spans.length - 1];
    const start = Math.max(0, found.index - BEFORE);
    const end = Math.min(text.length, found.index + BEHIND);
    const isLong = last !== undefined && last.end - last.start > 4 * BEFORE;
    if (last !== undefined && start <= last.end && !isLong) {
      spans[spans.length - 1] = { start: last.start, end };
    } else {
      spans.push({ start: Math.max(start, last?.end ?? 0), end });
    }
    WORTH_READING.lastIndex = Math.max(WORTH_READING.lastIndex, end - BEHIND / 2);
  }
  return spans;
}

/** The last, the first, the one before the last, and so on. */
function* endsFirst(spans: readonly Span[]): Generator<Span> {
  for (let low = 0, high = spans.length - 1; low <= high; low += 1, high -= 1) {
    yield spans[high];
    if (low < high) {
      yield spans[low];
    }
  }
}

function lastWritten(line: string): string {
  const trimmed = line.endsWith('\r') ? line.slice(0, -1) : line;
  return trimmed.slice(trimmed.lastIndexOf('\r') + 1);
}
