import {
  AbsentError,
  AnswerError,
  AwayError,
  ClientError,
  LocalModeError,
  RefusedError
} from '../../core/errors';
import { failureOf } from '../../core/record/failure';

const EXPLANATION = { code: 'said', values: new Map(), text: 'no' };

describe('the failure behind an error', () => {
  it.each([
    [new ClientError('odd'), { kind: 'unknown', message: 'odd' }],
    [new AwayError('no answer'), { kind: 'away', message: 'no answer' }],
    [new AbsentError('no route'), { kind: 'absent', message: 'no route' }],
    [new RefusedError(409, 'no'), { kind: 'refused', message: 'no', status: 409 }],
    [
      new RefusedError(409, 'no', EXPLANATION),
      { kind: 'refused', message: 'no', status: 409, explanation: EXPLANATION }
    ],
    [new AnswerError('rows is 7'), { kind: 'unreadable', message: 'rows is 7' }]
  ])('should be plain data: %p', (error, failure) => {
    expect(error.failure).toEqual(failure);
    expect(failureOf(error)).toEqual(failure);
    expect(error).toBeInstanceOf(ClientError);
  });

  it('should say what local mode needs', () => {
    const { kind, message } = new LocalModeError().failure;
    expect(kind).toBe('local');
    expect(message).toContain('server extension');
  });

  it('should have its own name, which the console shows', () => {
    const errors = [new AwayError(''), new AbsentError(''), new RefusedError(500, '')];
    expect(errors.map(({ name }) => name)).toEqual(['AwayError', 'AbsentError', 'RefusedError']);
  });
});
