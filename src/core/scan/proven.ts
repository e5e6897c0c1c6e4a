/**
 * Lines of short names that prove each other: `Input .... 12`, `Output ... 34`, `Total tokens . 46`.
 *
 * Short names mean a figure of tokens only in company. In a paragraph in which something speaks of tokens, a total that is the sum
 * of both sides is company enough, and so are a prompt and a completion in lines that follow each other.
 */

import { labelsIn } from './labels';

const MOST_LINES = 12;
const LONGEST_LINE = 60;
/** One name and one figure, with a layout or a sign between them. */
const ITEM =
  /^[^\p{L}\d]{0,8}(\p{L}[\p{L} _-]{1,30}?)(?: ?\([\p{L} ]{1,20}\))?(?:\s*[:=→|]\s*|\s*\.{2,}\s*| \. |\s{2,}|\t)[*_`]{0,2}(\d[\d,]{0,14})(?: ?tok(?:en)?s?)?(?:\s{1,4}\((?:of which )?(\p{L}{3,12})[:=]? (\d[\d,]{0,14})\)|\s{1,4}\((?:of which )?(\d[\d,]{0,14}) (\p{L}{3,12})\))?[^\p{L}\d]{0,8}$/u;

/**
 * The usages in such paragraphs.
 *
 * @param text - without terminal codes and markup.
 * @returns each as JSON that the reader of structures knows.
 */
export function readProven(text: string): readonly string[] {
  return text.split(/\n[ \t]*\n/).flatMap(paragraph => {
    const lines = paragraph.split('\n');
    const isShort =
      lines.length <= MOST_LINES && lines.every(line => line.length <= 4 * LONGEST_LINE);
    return isShort && /\d/.test(paragraph) ? readParagraph(lines) : [];
  });
}

function readParagraph(lines: readonly string[]): readonly string[] {
  const figures = new Map<string, number>();
  for (const line of lines) {
    const item = line.length > LONGEST_LINE ? null : ITEM.exec(line);
    const roles = item === null ? [] : labelsIn(item[1]).map(({ role }) => role);
    const role = item !== null && /^(?:tok(?:en)?s?)$/i.test(item[1]) ? 'total' : roles.at(-1);
    if (item !== null && role !== undefined) {
      if (figures.has(role)) {
        return [];
      }
      figures.set(role, countOf(item[2]));
      const share = labelsIn(item[3] ?? item[6] ?? '').at(0)?.role;
      if (share === 'read' || share === 'reasoning' || share === 'write') {
        figures.set(share, countOf(item[4] ?? item[5]));
      }
    }
  }
  const { input = 0, output = 0, total } = Object.fromEntries(figures);
  const speaks = lines.some(line => /(?<![a-z])tok(?:en)?s?(?![a-z])|词元|令牌/i.test(line));
  const isNamed = lines.some(line => /^\W*prompt\b/i.test(line));
  const isProven = input > 0 && input + output === total && (speaks || isNamed);
  if (!isProven && !(input > 0 && output > 0 && arePromptAndCompletion(lines))) {
    return [];
  }
  // An embedding has a total and no output.
  const other = figures.has('output') ? { completion_tokens: output } : { total_tokens: total };
  const shares = {
    cached_tokens: figures.get('read'),
    cache_write_tokens: figures.get('write'),
    reasoning_tokens: figures.get('reasoning')
  };
  return [JSON.stringify({ prompt_tokens: input, ...other, ...shares })];
}

function countOf(printed: string): number {
  return Number(printed.replaceAll(',', ''));
}

/** `Prompt: 12` above `Completion: 34`. */
function arePromptAndCompletion(lines: readonly string[]): boolean {
  const at = lines.findIndex(line => /^\W*prompt\W{0,3}[:=]\W{0,4}\d[\d,]*\W*$/i.test(line));
  return at >= 0 && /^\W*completion\W{0,3}[:=]\W{0,4}\d[\d,]*\W*$/i.test(lines[at + 1] ?? '');
}
