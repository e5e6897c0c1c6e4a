import { piecesOf } from '../../../core/scan/bundle';

describe('piecesOf', () => {
  it('should join streams by name', () => {
    expect(piecesOf('stream', { name: 'stderr', text: 'a' })).toEqual([
      { text: 'a', markup: 'plain', joins: { stream: 'stderr' } }
    ]);
  });

  it('should prefer the structured form of an object to its texts', () => {
    const data = {
      'text/html': '<b>1</b>',
      'text/plain': ['a', 'b'],
      'application/vnd.x+json': { a: 1 }
    };
    expect(piecesOf('execute_result', { data }).map(({ text }) => text)).toEqual([
      '{"a":1}',
      'ab',
      '<b>1</b>'
    ]);
  });

  it('should recognise a display that is updated', () => {
    const content = { data: { 'text/plain': 'a' }, transient: { display_id: 'd' } };
    expect(piecesOf('update_display_data', content)).toMatchObject([
      { joins: { display: 'd/text/plain' } }
    ]);
  });

  it('should read of an error what it says, not the source around it', () => {
    const content = { ename: 'E', evalue: 'cut off', traceback: ['----> 1 usage = 1'] };
    expect(piecesOf('error', content)).toEqual([{ text: 'cut off', markup: 'plain' }]);
  });

  it.each([
    ['status', { execution_state: 'idle' }],
    ['stream', null],
    ['stream', { text: 5 }],
    ['display_data', { data: 'x' }],
    ['display_data', { data: { 'image/png': 'usage' } }]
  ])('should find nothing in a %s message with %p', (type, content) => {
    expect(piecesOf(type, content)).toEqual([]);
  });
});
