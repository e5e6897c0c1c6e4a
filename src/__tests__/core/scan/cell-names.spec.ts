import { looksAtLastValue, namesIn } from '../../../core/scan/cell-names';

/** What a cell sets, and what it looks at. */
function names(source: string): string {
  const { set, read } = namesIn(source);
  return `${[...set].join(' ')} | ${[...read].join(' ')}`;
}

describe('namesIn', () => {
  it.each([
    ['first <- resp_body_json(chat("How are you?"))\nreport(first$usage)\nfirst', 'first | '],
    ['chat("How?") |> resp_body_json() -> first; str(first)', 'first | '],
    ['const first = await chat("What is it?");\nconsole.log(first.usage)', 'first | '],
    ['const { usage: seventh, ...rest } = await ask(body); rest', 'usage seventh rest | body'],
    ['let [a, b] = await all(); a[0]', 'a b | '],
    ['answer, usage = ask(prompt)\nanswer', 'answer usage | prompt'],
    ['x := client.Ask("a")', 'x | '],
    ['usage <<- chunk$usage', 'usage |  chunk']
  ])('should find what is set in %j', (source, expected) => {
    expect(names(source)).toBe(expected.replace('|  ', '| '));
  });

  it.each([
    ['first$usage', ' | first'],
    ['print(unlist(first$usage)) # of the second', ' | first'],
    ['first[["usage"]]; /* third */ second', ' | first second'],
    ['console.log(`${first.usage} of`, second?.usage) // third', ' | first second'],
    ['first.toString()', ' | first'],
    ['client.chat("how?")', ' | '],
    ['chat$chat(text, model = name)', ' | text model name'],
    ['glue("{first$usage} $second $(third.usage) fourth")', ' | first second third'],
    ['if (TRUE) first == second', ' | first second']
  ])('should find what is looked at in %j', (source, expected) => {
    expect(names(source)).toBe(expected);
  });

  it('should tell what is shown from what is passed to a call', () => {
    const shown = (source: string): string => [...namesIn(source).shown].join(' ');
    expect(shown('content(POST(url, body = toJSON(body)))$usage')).toBe('');
    expect(shown('ask(config$url)$usage; str(first); (second); unlist(third[1])')).toBe(
      'config first second third'
    );
    expect(shown('answer, usage = ask(prompt)')).toBe('');
  });

  it.each([
    'first$usage',
    'str(first)',
    'print(unlist(first$usage)) # look again',
    'console.log(first.usage, JSON.stringify(second))',
    'total = 0\nfor (x in list) print(x)',
    'if (is_ready) first',
    'first |> str()',
    'first |> display',
    'a - b + c'
  ])('should see that %j runs nothing that may make a call', source => {
    expect(namesIn(source).mayCall).toBe(false);
  });

  it.each([
    'chat("How?")',
    'first <- resp_body_json(reply)',
    'client.chat(text)',
    'curl -s $url',
    'curl --silent',
    'ask "how?"',
    'text |> chat',
    'str(chat(text))'
  ])('should see that %j may make a call', source => {
    expect(namesIn(source).mayCall).toBe(true);
  });

  it('should know the values that a kernel keeps', () => {
    expect(looksAtLastValue(namesIn('.Last.value$usage'))).toBe(true);
    expect(looksAtLastValue(namesIn('first$usage'))).toBe(false);
  });
});
