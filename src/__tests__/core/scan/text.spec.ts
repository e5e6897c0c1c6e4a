import type { Usage } from '../../../core/scan/reading';
import { RunScanner } from '../../../core/scan/run';
import type { Markup } from '../../../core/scan/text';
import { lookalikes, printed } from './forms';

function scanned(text: string, markup: Markup = 'plain'): readonly Partial<Usage>[] {
  const scanner = new RunScanner();
  scanner.append({ text, markup });
  return scanner.finish().map(({ usage }) => usage);
}

describe('the scanner', () => {
  it.each(printed)('should read $form', ({ text, markup, usages }) => {
    const found = scanned(text, markup);
    expect(found).toHaveLength(usages.length);
    usages.forEach((usage, at) => expect(found[at]).toMatchObject(usage));
  });

  it.each(lookalikes)('should take %s for no usage', (_, text) => {
    expect(scanned(text)).toEqual([]);
  });

  it('should read the model and the id of the response', () => {
    const scanner = new RunScanner();
    scanner.append({
      text: `{"id": "chatcmpl-9", "model": "gpt-5", "usage": {"prompt_tokens": 1, "completion_tokens": 2}}`,
      markup: 'plain'
    });
    expect(scanner.finish()).toMatchObject([{ responseId: 'chatcmpl-9', model: 'gpt-5' }]);
  });

  it('should ignore terminal colours and decode entities', () => {
    const html = '<pre>Input tokens: <b>1,599</b> | Output tokens: <b>20</b></pre>';
    expect(scanned(html, 'html')).toEqual([{ inputTokens: 1599, outputTokens: 20 }]);
    const coloured = '\u001b[1mprompt_tokens\u001b[0m=\u001b[36m5\u001b[0m, completion_tokens=6';
    expect(scanned(coloured)).toEqual([{ inputTokens: 5, outputTokens: 6 }]);
  });

  it('should find a usage at the end of a long output', () => {
    const text = 'loss 0.1, tokens seen\n'.repeat(100_000) + 'prompt_tokens=5 completion_tokens=6';
    expect(scanned(text)).toEqual([{ inputTokens: 5, outputTokens: 6 }]);
  });
});
