/**
 * Answers of the server in React: the last one stays in sight until the next is there.
 */

import * as React from 'react';

import { ClientError } from '../../core/errors';

export interface Answer<T> {
  /** Absent until the first answer. */
  readonly value?: T;
  /** What went wrong with the newest request. */
  readonly error?: ClientError;
  /** Whether what is shown is not yet what was asked for. */
  readonly isStale: boolean;
}

interface Held<T> {
  readonly key: string;
  readonly value?: T;
  readonly error?: ClientError;
}

/**
 * Asks, and asks again when the question or the revision changes; an answer that comes too late is dropped.
 *
 * @param key - says what is asked; the same key is the same question.
 * @param revision - grows when the ledger has new calls.
 */
export function useAnswer<T>(ask: () => Promise<T>, key: string, revision: number): Answer<T> {
  const [held, setHeld] = React.useState<Held<T>>({ key: '' });
  const latest = React.useRef(ask);
  latest.current = ask;
  React.useEffect(() => {
    let isCurrent = true;
    latest.current().then(
      value => isCurrent && setHeld({ key, value }),
      (error: unknown) => {
        if (isCurrent) {
          setHeld(({ value }) => ({ key, value, error: asClientError(error) }));
        }
      }
    );
    return () => {
      isCurrent = false;
    };
  }, [key, revision]);
  return { value: held.value, error: held.error, isStale: held.key !== key };
}

function asClientError(error: unknown): ClientError {
  return error instanceof ClientError ? error : new ClientError(String(error));
}
