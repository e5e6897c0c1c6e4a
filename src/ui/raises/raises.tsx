/**
 * The raise history as a widget. Loaded on first use.
 */

import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';
import type { IMeter, IWording } from '../../tokens';
import { Raises } from './raise-history';

/** The raise history as a widget. */
export class RaisesWidget extends ReactWidget {
  /**
   * @param meter - loads the raises.
   * @param wording - the words.
   */
  constructor(
    private readonly meter: IMeter,
    private readonly wording: IWording
  ) {
    super();
    this.addClass('jp-LLMMeter-Raises');
  }

  protected override render(): React.ReactElement {
    const { trans, format } = this.wording;
    return (
      <Raises
        listRaises={() => this.meter.listRaises()}
        standings={this.meter.snapshot.document?.standings ?? []}
        words={{ trans, format }}
      />
    );
  }
}
