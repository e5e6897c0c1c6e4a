import { nullTranslator } from '@jupyterlab/translation';

import { patternProblemText } from '../../kernels/output-patterns';

const trans = nullTranslator.load('jupyter_llm_meter');

describe('the output patterns of the settings', () => {
  it.each([
    [{ name: 'ours', code: 'groups' as const }, /"ours" captures no token count.*\(\?<input>/],
    [{ name: 'ours', code: 'syntax' as const, detail: 'Invalid group' }, /"ours".*Invalid group/]
  ])('should say of %p what is wrong', (problem, words) => {
    expect(patternProblemText(problem, trans)).toMatch(words);
  });
});
