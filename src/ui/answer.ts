/**
 * An answer of the server in a component: loaded when it is first shown, and again when the question changes.
 */

import * as React from 'react';

import type { Failure } from '../core/record/failure';
import { failureOf } from '../core/record/failure';

/** The newest answer. The last value stays until the next one arrives. */
export interface Answer<T> {
  /** Absent until the first answer. */
  readonly value?: T;
  /** Why the newest request failed; absent if it did not. */
  readonly failure?: Failure;
  /** Whether the value is not yet the answer to the present question. */
  readonly isStale: boolean;
}

interface Held<T> {
  readonly key?: string;
  readonly value?: T;
  readonly failure?: Failure;
}

/**
 * Loads an answer, and loads it again when the key or the revision changes; answers that come too late are dropped.
 *
 * @param load - asks the server.
 * @param key - identifies the question: the same key is the same question.
 * @param revision - grows when the ledger has new calls.
 */
export function useAnswer<T>(load: () => Promise<T>, key: string, revision: number): Answer<T> {
  const [held, setHeld] = React.useState<Held<T>>({});
  const latest = React.useRef(load);
  latest.current = load;
  React.useEffect(() => {
    let isCurrent = true;
    latest.current().then(
      value => isCurrent && setHeld({ key, value }),
      (error: unknown) => {
        if (isCurrent) {
          setHeld(({ value }) => ({ key, value, failure: failureOf(error) }));
        }
      }
    );
    return () => {
      isCurrent = false;
    };
  }, [key, revision]);
  return { value: held.value, failure: held.failure, isStale: held.key !== key };
}
