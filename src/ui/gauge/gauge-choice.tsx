/**
 * What the gauge shows, chosen where one looks at it.
 */

import * as React from 'react';

import type { GaugeMode } from '../../core/words/figure';
import { GAUGE_MODES } from '../../core/words/figure';
import { shortened } from '../../core/record/names';
import type { Standing } from '../../core/record/standing';
import type { Translate } from '../../core/words/translate';
import { amountText, limitTitle } from '../../core/words/wording';
import type { IPreferences } from '../../tokens';
import type { UsageActions, Words } from '../popover/usage';

interface GaugeChoiceProps {
  readonly preferences: IPreferences;
  readonly standings: readonly Standing[];
  readonly onChoose: UsageActions['setGauge'];
  readonly words: Words;
}

export function GaugeChoice({
  preferences: { gaugeMode, gaugeLimit },
  standings,
  onChoose,
  words: { trans, format }
}: GaugeChoiceProps): React.ReactElement {
  const limits = new Map(standings.map(({ limit, amount }) => [limit.id, { limit, amount }]));
  return (
    <div className="jp-LLMMeter-GaugeChoice">
      <label>
        {trans.__('The gauge shows')}{' '}
        <select value={gaugeMode} onChange={({ target }) => onChoose('gaugeMode', target.value)}>
          {GAUGE_MODES.map(mode => (
            <option key={mode} value={mode}>
              {modeText(mode, trans)}
            </option>
          ))}
        </select>
      </label>{' '}
      {limits.size > 1 && (
        <label>
          {trans.__('of')}{' '}
          <select
            value={gaugeLimit !== undefined && limits.has(gaugeLimit) ? gaugeLimit : ''}
            onChange={({ target }) =>
              onChoose('gaugeLimit', target.value === '' ? null : target.value)
            }
          >
            <option value="">{trans.__('the nearest limit')}</option>
            {[...limits.values()].map(({ limit, amount }) => (
              <option key={limit.id} value={limit.id}>
                {trans.__(
                  '%1: %2',
                  limitTitle(limit, limit.value && shortened(limit.value), trans),
                  amountText(amount, limit.unit, trans, format)
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
      return trans.__('what is used');
    case 'tokens':
      return trans.__('tokens');
    case 'cost':
      return trans.__('cost');
    case 'remaining':
      return trans.__('what is left');
    case 'percent':
      return trans.__('the share');
  }
}
