/**
 * The gauge: a button with a small bar and the figures.
 */

import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { StatusEntry } from '../core/gauge';
import { toStatusEntry } from '../core/gauge';
import type { IMeter, IWording } from '../tokens';

export class GaugeWidget extends ReactWidget {
  /**
   * @param meter - what to show.
   * @param wording - in which words.
   * @param onPress - what a click, Enter or Space does.
   */
  constructor(
    private readonly meter: IMeter,
    private readonly wording: IWording,
    private readonly onPress: (gauge: GaugeWidget) => void
  ) {
    super();
    this.id = 'jp-LLMMeter-gauge';
    this.addClass('jp-LLMMeter-GaugeItem');
    meter.stateChanged.connect(this.update, this);
    wording.changed.connect(this.update, this);
  }

  protected override render(): React.ReactElement {
    const { snapshot, preferences } = this.meter;
    const { trans, format } = this.wording;
    return (
      <GaugeButton
        entry={toStatusEntry(snapshot, preferences, trans, format)}
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
      {entry.ratio !== undefined && <Bar level={entry.level} ratio={entry.ratio} />}
      <span className="jp-LLMMeter-Gauge-text">{entry.text}</span>
    </button>
  );
}

interface BarProps {
  readonly level: StatusEntry['level'];
  readonly ratio: number;
}

/** A bar without words of its own: what it shows is always told beside it. */
export function Bar({ level, ratio }: BarProps): React.ReactElement {
  const share = Math.min(Math.max(ratio, 0), 1);
  return (
    <span className="jp-LLMMeter-Bar" data-level={level} aria-hidden="true">
      <span className="jp-LLMMeter-Bar-fill" style={{ width: `${share * 100}%` }} />
    </span>
  );
}
