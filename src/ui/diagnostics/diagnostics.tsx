/**
 * The body of the diagnostics dialog: the findings, and the command that checks more.
 */

import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Finding } from '../../core/words/diagnostics';
import { Paragraphs } from '../paragraphs';
import type { Translate } from '../../core/words/translate';

/** Typed as it is in every language. */
const COMMAND = 'jupyter llm-meter doctor';

/** Shows the findings. */
export class DiagnosticsWidget extends ReactWidget {
  /**
   * @param findings - what to show.
   */
  constructor(
    private readonly findings: readonly Finding[],
    private readonly trans: Translate
  ) {
    super();
    this.addClass('jp-LLMMeter-Diagnostics');
  }

  protected override render(): React.ReactElement {
    return (
      <>
        <dl>
          {this.findings.map(({ name, lines }) => (
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
        <p>
          {this.trans.__(
            'To check the ledger, environments, and spool, run this command in a terminal:'
          )}
        </p>
        <pre>{COMMAND}</pre>
      </>
    );
  }
}
