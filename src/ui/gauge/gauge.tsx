/**
 * The gauge as a widget for the status bar and the top area.
 */

import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

import { toStatusEntry } from '../../core/words/gauge';
import type { ICurrentNotebook, IMeter, IWording } from '../../tokens';
import { GaugeButton } from './gauge-button';

/** The gauge in the status bar or the top area. */
export class GaugeWidget extends ReactWidget {
  /**
   * @param meter - the figures and preferences.
   * @param wording - the words.
   * @param current - the notebook that the user works in.
   * @param onPress - what a click, Enter or Space does.
   */
  constructor(
    private readonly meter: IMeter,
    private readonly wording: IWording,
    private readonly current: ICurrentNotebook,
    private readonly onPress: (gauge: GaugeWidget) => void
  ) {
    super();
    this.id = 'jp-LLMMeter-gauge';
    this.addClass('jp-LLMMeter-GaugeItem');
    meter.stateChanged.connect(this.update, this);
    wording.changed.connect(this.update, this);
    current.changed.connect(this.update, this);
  }

  protected override render(): React.ReactElement {
    const { snapshot, preferences } = this.meter;
    const options = { ...preferences, place: this.current.place ?? undefined };
    return (
      <GaugeButton
        entry={toStatusEntry(snapshot, options, this.wording)}
        onPress={() => this.onPress(this)}
      />
    );
  }
}
