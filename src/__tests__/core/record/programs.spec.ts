import { parsePrograms } from '../../../core/record/programs';

describe('parsePrograms', () => {
  it('should read names, and where a program was started if that is known', () => {
    const programs = [
      { name: 'node', kernel_id: 'k', started_in: 'work/a.ipynb' },
      { name: 'claude', later: 1 }
    ];
    expect(parsePrograms({ programs })).toEqual([
      { name: 'node', startedIn: 'work/a.ipynb' },
      { name: 'claude', startedIn: undefined }
    ]);
  });

  it.each([
    ['answer', []],
    ['answer.programs', {}],
    ['answer.programs[0].name', { programs: [{ name: 1 }] }]
  ])('should refuse an answer that breaks the contract at %s', (path, answer) => {
    expect(() => parsePrograms(answer)).toThrow(path);
  });
});
