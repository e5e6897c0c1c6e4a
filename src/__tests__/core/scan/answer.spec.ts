import { PrintedAnswer } from '../../../core/scan/answer';

type Message = readonly [type: string, content: unknown];

function answerOf(...messages: readonly Message[]): string | undefined {
  const answer = new PrintedAnswer();
  messages.forEach(([type, content]) => answer.append(type, content));
  return answer.text;
}

const stdout = (text: string): Message => ['stream', { name: 'stdout', text }];
const display = (type: string, text: string, id?: string): Message => [
  type,
  { data: { 'text/plain': text, 'image/png': 'AAAA' }, transient: { display_id: id } }
];

describe('PrintedAnswer', () => {
  it('should join what a stream prints, and leave warnings out', () => {
    const warning: Message = ['stream', { name: 'stderr', text: 'slow' }];
    expect(answerOf(stdout('Hel'), warning, stdout('lo'))).toBe('Hello');
  });

  it('should use one form of an object', () => {
    const data = { 'text/html': '<b>Hi</b>', 'text/markdown': ['**Hi**', ''], 'text/plain': 'Hi' };
    expect(answerOf(['execute_result', { data }])).toBe('**Hi**');
  });

  it.each([`[1] "It's so"`, `"It's so"`, `It's so`])('should take the quotes off %p', text => {
    expect(answerOf(display('execute_result', text))).toBe("It's so");
  });

  it('should use the last state of a display that is updated', () => {
    const growing = [
      display('display_data', 'H', 'd'),
      display('update_display_data', 'Hel', 'd'),
      display('update_display_data', 'Hello', 'd')
    ];
    expect(answerOf(...growing)).toBe('Hello');
    expect(answerOf(stdout('Hel'), ['clear_output', { wait: true }], stdout('Hello'))).toBe(
      'Hello'
    );
  });

  it.each([
    ['nothing', []],
    ['blanks', [stdout(' \n')]],
    ['a picture', [['display_data', { data: { 'image/png': 'AAAA' } }]]],
    ['what no LLM answers', [stdout('x'.repeat(600_000)), stdout('x'.repeat(600_000))]],
    [
      'content of no shape',
      [
        ['stream', null],
        ['execute_result', 7],
        ['other', {}]
      ]
    ]
  ] as readonly [string, readonly Message[]][])('should have no answer in %s', (_, messages) => {
    expect(answerOf(...messages)).toBeUndefined();
  });

  it('should note that a run failed', () => {
    const answer = new PrintedAnswer();
    expect(answer.hasFailed).toBe(false);
    answer.append('error', { ename: 'KeyboardInterrupt' });
    expect(answer.hasFailed).toBe(true);
  });
});
