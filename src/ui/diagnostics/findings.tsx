/**
 * What the diagnostics dialog shows: what this page knows at once, and what the server extension finds, which takes seconds.
 */

import * as React from 'react';

import type { Finding } from '../../core/words/diagnostics';
import type { Words } from '../../core/words/words';
import { Paragraphs } from '../paragraphs';
import type { TestChannels } from './channel-test';
import { ChannelTest } from './channel-test';
import type { LoadDiagnosis } from './checkup';
import { Checkup } from './checkup';

/** Typed as it is in every language. */
const COMMAND = 'jupyter llm-meter doctor';

/** What the server extension does for the dialog. */
export interface ServerChecks {
  readonly diagnose: LoadDiagnosis;
  readonly testChannels: TestChannels;
}

interface DiagnosticsProps {
  readonly findings: readonly Finding[];
  /** Absent without the server extension. */
  readonly checks?: ServerChecks;
  readonly words: Words;
}

/** Shows the findings of the page and of the server. */
export function Diagnostics({ findings, checks, words }: DiagnosticsProps): React.ReactElement {
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
      {checks === undefined ? (
        <>
          <p>
            {trans.__(
              'To check the ledger, environments, and spool, run this command in a terminal:'
            )}
          </p>
          <pre>{COMMAND}</pre>
        </>
      ) : (
        <>
          <Checkup load={checks.diagnose} words={words} />
          <ChannelTest test={checks.testChannels} words={words} />
        </>
      )}
    </>
  );
}
