/**
 * The state of an answer: loading, failed, or out of date.
 */

import * as React from 'react';

import type { Failure } from '../core/record/failure';
import { explanationSentence } from '../core/words/explanation';
import type { Words } from '../core/words/words';
import type { Answer } from './answer';

interface TroubleProps {
  readonly answer: Answer<unknown>;
  readonly words: Words;
  readonly onRetry?: () => void;
}

/** Says why an answer failed; shows nothing if it did not. */
export function Trouble({ answer, words, onRetry }: TroubleProps): React.ReactElement | null {
  const { trans } = words;
  if (answer.failure === undefined) {
    return null;
  }
  return (
    <div className="jp-LLMMeter-Note" data-level="exceeded" role="alert">
      <p>{failureText(answer.failure, words)}</p>
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
  words: { trans }
}: Omit<TroubleProps, 'onRetry'>): React.ReactElement | null {
  return answer.value === undefined && answer.failure === undefined ? (
    <p role="status">{trans.__('Loading…')}</p>
  ) : null;
}

function failureText({ kind, message, explanation }: Failure, words: Words): string {
  const { trans } = words;
  switch (kind) {
    case 'away':
      return trans.__("Couldn't reach the Jupyter server.");
    case 'absent':
      return trans.__(
        'The LLM Meter server extension is older than this page. Restart the Jupyter server.'
      );
    case 'unreadable':
      return trans.__(
        "The LLM Meter server extension and this page don't fit together. Restart the Jupyter server, then reload the page."
      );
    case 'local':
      return trans.__('Not available in local mode: this needs the LLM Meter server extension.');
    case 'refused':
      return explanation === undefined
        ? trans.__('The server refused the request: %1', message)
        : explanationSentence(explanation, words);
    case 'unknown':
      return message;
  }
}
