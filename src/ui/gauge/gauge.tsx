/**
 * The gauge: a button with a small bar and the figures.
 */

import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { StatusEntry } from '../../core/words/gauge';
import { toStatusEntry } from '../../core/words/gauge';
import type { CurrentNotebook } from '../../notebook/current-notebook';
import type { IMeter, IWording } from '../../tokens';
import { Bar } from '../bar';
import { SignIcon } from '../sign';

export class GaugeWidget extends ReactWidget {
  /**
   * @param meter - what to show.
   * @param wording - in which words.
   * @param current - the notebook that the user works in.
   * @param onPress - what a click, Enter or Space does.
   */
  constructor(
    private readonly meter: IMeter,
    private readonly wording: IWording,
    private readonly current: CurrentNotebook,
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
    const options = { ...preferences, kernelId: this.current.place?.kernelId };
    return (
      <GaugeButton
        entry={toStatusEntry(snapshot, options, this.wording)}
        onPress={() => this.onPress(this)}
      />
    );
  }
}

interface GaugeButtonProps {
  readonly entry: StatusEntry;
  readonly onPress: () => void;
}

function GaugeButton({ entry, onPress }: GaugeButtonProps): React.ReactElement {
  return (
    <button
      type="button"
      className="jp-LLMMeter-Gauge"
      data-level={entry.level}
      aria-label={entry.label}
      aria-haspopup="dialog"
      title={entry.tooltip}
      onClick={onPress}
    >
      {entry.isDegraded && (
        <span className="jp-LLMMeter-Gauge-problem" aria-hidden="true">
          !
        </span>
      )}
      {entry.signs.map(sign => (
        <SignIcon key={sign} sign={sign} />
      ))}
      {entry.ratio !== undefined && <Bar level={entry.barLevel} ratio={entry.ratio} />}
      <span className="jp-LLMMeter-Gauge-text">{entry.text}</span>
      {entry.isUnderWay && <span className="jp-LLMMeter-Gauge-pulse" aria-hidden="true" />}
    </button>
  );
}
