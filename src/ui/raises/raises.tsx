/**
 * The raise history as a widget. Loaded on first use.
 */

import '../../../style/dialogs.css';

import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { Raise } from '../../core/limits/raise';
import type { Owner, Standing } from '../../core/record/standing';
import type { IWording } from '../../tokens';
import { Raises } from './raise-history';

/** The raise history as a widget. */
export class RaisesWidget extends ReactWidget {
  /**
   * @param listRaises - loads the raises.
   * @param standings - the limits that are set now.
   * @param owner - the reader; undefined if unknown.
   * @param wording - the words.
   */
  constructor(
    private readonly listRaises: () => Promise<readonly Raise[]>,
    private readonly standings: readonly Standing[],
    private readonly owner: Owner | undefined,
    private readonly wording: IWording
  ) {
    super();
    this.addClass('jp-LLMMeter-Raises');
  }

  protected override render(): React.ReactElement {
    const { trans, format } = this.wording;
    return (
      <Raises
        listRaises={this.listRaises}
        standings={this.standings}
        owner={this.owner}
        words={{ trans, format }}
      />
    );
  }
}
