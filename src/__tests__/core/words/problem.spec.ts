import vectors from '../../../../tests/vectors/problems.json';
import { problemName, problemTitle } from '../../../core/words/problem';
import { trans } from '../../samples';

describe('problemTitle', () => {
  it('should say what a problem means to the user', () => {
    expect(problemTitle({ code: 'gate' }, trans)).toBe("Hard limits aren't enforced");
  });

  it.each([...vectors.known, ...vectors.of_one_channel])('should know %s', code => {
    expect(problemTitle({ code }, trans)).toBeDefined();
  });

  it.each(vectors.unknown)(
    'should leave %s, which a later version may send, without a title',
    code => {
      expect(problemTitle({ code }, trans)).toBeUndefined();
    }
  );

  it('should title the problem of one channel like that of any channel', () => {
    const problems = ['channel', 'channel:ops'].map(code => problemTitle({ code }, trans));
    expect(new Set(problems)).toEqual(new Set(["An alert channel can't be used"]));
  });
});

describe('problemName', () => {
  it('should be the title', () => {
    expect(problemName({ code: 'service-server', message: 'No port is free.' }, trans)).toBe(
      'Calls are counted only after their process ends'
    );
  });

  it('should be the message of a problem of a later service', () => {
    expect(problemName({ code: 'later', message: 'Something else.' }, trans)).toBe(
      'Something else.'
    );
  });
});
