/**
 * The state of an answer: loading, failed, or out of date.
 */

import * as React from 'react';

import type { Failure } from '../core/record/failure';
import type { Translate } from '../core/words/translate';
import type { Answer } from './answer';

interface TroubleProps {
  readonly answer: Answer<unknown>;
  readonly trans: Translate;
  readonly onRetry?: () => void;
}

/** Says why an answer failed; shows nothing if it did not. */
export function Trouble({ answer, trans, onRetry }: TroubleProps): React.ReactElement | null {
  if (answer.failure === undefined) {
    return null;
  }
  return (
    <div className="jp-LLMMeter-Note" data-level="exceeded" role="alert">
      <p>{failureText(answer.failure, trans)}</p>
      {answer.value !== undefined && <p>{trans.__('The figures below may be out of date.')}</p>}
      {onRetry && (
        <button type="button" className="jp-LLMMeter-Button" onClick={onRetry}>
          {trans.__('Try again')}
        </button>
      )}
    </div>
  );
}

/** Says that the first answer is on its way. */
export function Loading({
  answer,
  trans
}: Omit<TroubleProps, 'onRetry'>): React.ReactElement | null {
  return answer.value === undefined && answer.failure === undefined ? (
    <p role="status">{trans.__('Loading…')}</p>
  ) : null;
}

function failureText({ kind, message }: Failure, trans: Translate): string {
  return kind === 'absent'
    ? trans.__(
        'The LLM Meter server extension is older than this page. Restart the Jupyter server.'
      )
    : message;
}
