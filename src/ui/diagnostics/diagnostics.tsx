/**
 * The body of the diagnostics dialog as a widget. Loaded on first use.
 */

import '../../../style/diagnostics.css';

import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { Diagnosis } from '../../core/record/diagnosis';
import type { Finding } from '../../core/words/diagnostics';
import { reportOf } from '../../core/words/diagnostics';
import { diagnosisReport } from '../../core/words/finding';
import type { Words } from '../../core/words/words';
import type { ServerChecks } from './findings';
import { Diagnostics } from './findings';

/** The body as a widget, with its report. */
export class DiagnosticsWidget extends ReactWidget {
  /**
   * @param findings - what the page knows.
   * @param checks - what the server does; undefined without the server extension.
   * @param words - the translations and the formatter.
   */
  constructor(
    private readonly findings: readonly Finding[],
    checks: ServerChecks | undefined,
    private readonly words: Words
  ) {
    super();
    this._checks = checks && {
      ...checks,
      diagnose: async () => (this._diagnosis = await checks.diagnose())
    };
    this.addClass('jp-LLMMeter-Diagnostics');
    // It scrolls, so the keyboard has to reach it.
    this.node.tabIndex = 0;
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', words.trans.__('Diagnostics'));
  }

  /** All that has been found so far, as plain text. */
  get report(): string {
    const found = this._diagnosis && diagnosisReport(this._diagnosis, this.words);
    return [reportOf(this.findings), found].filter(text => text !== undefined).join('\n\n');
  }

  protected override render(): React.ReactElement {
    return <Diagnostics findings={this.findings} checks={this._checks} words={this.words} />;
  }

  private readonly _checks?: ServerChecks;
  private _diagnosis?: Diagnosis;
}
