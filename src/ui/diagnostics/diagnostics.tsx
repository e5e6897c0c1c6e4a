/**
 * The findings of the doctor, and where to find more.
 */

import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Finding } from '../../core/words/diagnostics';
import type { Translate } from '../../core/words/translate';

/** Typed as it is in every language. */
const COMMAND = 'jupyter llm-meter doctor';

export class DoctorWidget extends ReactWidget {
  /**
   * @param findings - what to show.
   */
  constructor(
    private readonly findings: readonly Finding[],
    private readonly trans: Translate
  ) {
    super();
    this.addClass('jp-LLMMeter-Doctor');
  }

  protected override render(): React.ReactElement {
    return (
      <>
        <dl>
          {this.findings.map(([name, value]) => (
            <React.Fragment key={name + value}>
              <dt>
                <bdi title={name}>{name}</bdi>
              </dt>
              <dd>{value}</dd>
            </React.Fragment>
          ))}
        </dl>
        <p>{this.trans.__('For the ledger, the environments and the spool, run in a terminal:')}</p>
        <pre>{COMMAND}</pre>
      </>
    );
  }
}
