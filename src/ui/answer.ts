/**
 * An answer of the server in a component: asked for when it is shown, and again when what it depends on changed.
 */

import * as React from 'react';

import { ClientError } from '../core/errors';

export type Answer<T> =
  | { readonly kind: 'loading' }
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'error'; readonly message: string };

/**
 * Asks, and keeps the former answer until the next is there.
 *
 * @param ask - asks the server.
 * @param reasons - what the answer depends on.
 */
export function useAnswer<T>(ask: () => Promise<T>, reasons: readonly unknown[]): Answer<T> {
  const [answer, setAnswer] = React.useState<Answer<T>>({ kind: 'loading' });
  React.useEffect(() => {
    let isCurrent = true;
    const show = (answer: Answer<T>): void => {
      if (isCurrent) {
        setAnswer(answer);
      }
    };
    ask().then(
      value => show({ kind: 'done', value }),
      (error: unknown) => {
        if (!(error instanceof ClientError)) {
          throw error;
        }
        show({ kind: 'error', message: error.message });
      }
    );
    return () => {
      isCurrent = false;
    };
  }, reasons);
  return answer;
}
