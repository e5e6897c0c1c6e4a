/**
 * The choice of what the gauge shows.
 */

import * as React from 'react';

import type { GaugeMode } from '../../core/words/figure';
import { GAUGE_MODES } from '../../core/words/figure';
import { shortened } from '../../core/record/names';
import type { Standing } from '../../core/record/standing';
import type { Translate } from '../../core/words/translate';
import { limitTitle } from '../../core/words/limit-name';
import { amountText } from '../../core/words/wording';
import type { IPreferences } from '../../tokens';
import type { Words } from '../../core/words/words';

/** Writes a setting of the gauge; null is the default. */
export type SetGauge = (key: 'gaugeMode' | 'gaugeLimit', value: string | null) => void;

interface GaugeChoiceProps {
  readonly preferences: IPreferences;
  readonly standings: readonly Standing[];
  /** Writes a setting of the gauge. */
  readonly onChoose: SetGauge;
  readonly words: Words;
}

/** Lets the user choose what the gauge shows, and of which limit. */
export function GaugeChoice({
  preferences: { gaugeMode, gaugeLimit },
  standings,
  onChoose,
  words
}: GaugeChoiceProps): React.ReactElement {
  const { trans, format } = words;
  const modes = GAUGE_MODES.filter(
    mode => mode !== 'cost' || mode === gaugeMode || format.isMoneyShown
  );
  const limits = new Map(standings.map(({ limit, amount }) => [limit.id, { limit, amount }]));
  return (
    <div className="jp-LLMMeter-GaugeChoice">
      <label>
        {trans.__('Gauge shows')}{' '}
        <select value={gaugeMode} onChange={({ target }) => onChoose('gaugeMode', target.value)}>
          {modes.map(mode => (
            <option key={mode} value={mode}>
              {modeText(mode, trans)}
            </option>
          ))}
        </select>
      </label>{' '}
      {limits.size > 1 && (
        <label>
          {trans.__('Gauge limit')}{' '}
          <select
            value={gaugeLimit !== undefined && limits.has(gaugeLimit) ? gaugeLimit : ''}
            onChange={({ target }) =>
              onChoose('gaugeLimit', target.value === '' ? null : target.value)
            }
          >
            <option value="">{trans.__('Limit closest to its amount')}</option>
            {[...limits.values()].map(({ limit, amount }) => (
              <option key={limit.id} value={limit.id}>
                {trans.__(
                  '%1: %2',
                  limitTitle(limit, limit.value && shortened(limit.value), trans),
                  amountText(amount, limit.unit, words) ?? trans.__('Cost')
                )}
              </option>
            ))}
          </select>
        </label>
      )}
    </div>
  );
}

function modeText(mode: GaugeMode, trans: Translate): string {
  switch (mode) {
    case 'auto':
      return trans.__('Amount used');
    case 'tokens':
      return trans.__('Tokens');
    case 'cost':
      return trans.__('Cost');
    case 'remaining':
      return trans.__('Amount left');
    case 'percent':
      return trans.__('Percentage used');
  }
}
