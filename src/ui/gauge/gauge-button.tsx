/**
 * The gauge: a button with a small bar and the figures.
 */

import * as React from 'react';

import type { StatusEntry } from '../../core/words/gauge';
import { Bar } from '../bar';
import { SignIcon } from '../sign';

interface GaugeButtonProps {
  readonly entry: StatusEntry;
  readonly onPress: () => void;
}

/** Shows a status entry as a button. */
export function GaugeButton({ entry, onPress }: GaugeButtonProps): React.ReactElement {
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
