/**
 * What the diagnostics dialog shows: what this page knows at once, and what the server extension finds, which takes seconds.
 */

import * as React from 'react';

import type { Finding } from '../../core/words/diagnostics';
import type { Words } from '../../core/words/words';
import { Paragraphs } from '../paragraphs';
import type { LoadDiagnosis } from './checkup';
import { Checkup } from './checkup';

/** Typed as it is in every language. */
const COMMAND = 'jupyter llm-meter doctor';

interface DiagnosticsProps {
  readonly findings: readonly Finding[];
  /** Absent without the server extension. */
  readonly load?: LoadDiagnosis;
  readonly words: Words;
}

/** Shows the findings of the page and of the server. */
export function Diagnostics({ findings, load, words }: DiagnosticsProps): React.ReactElement {
  const { trans } = words;
  return (
    <>
      <dl>
        {findings.map(({ name, lines }) => (
          <React.Fragment key={name}>
            <dt>
              <bdi title={name}>{name}</bdi>
            </dt>
            <dd>
              <Paragraphs texts={lines} />
            </dd>
          </React.Fragment>
        ))}
      </dl>
      {load === undefined ? (
        <>
          <p>
            {trans.__(
              'To check the ledger, environments, and spool, run this command in a terminal:'
            )}
          </p>
          <pre>{COMMAND}</pre>
        </>
      ) : (
        <Checkup load={load} words={words} />
      )}
    </>
  );
}
