/**
 * The few large figures; each is also the switch to its unit.
 */

import * as React from 'react';

import { amountOf, figureOf, gapsOf, unitText } from '../../core/dashboard/labels';
import type { Trend } from '../../core/dashboard/trend';
import type { ShownUnit } from '../../core/dashboard/usage-rows';
import { UNITS_SHOWN } from '../../core/dashboard/usage-rows';
import { rateText } from '../../core/words/wording';
import type { Totals } from '../../core/record/standing';
import type { ViewProps } from './scene';
import type { Words } from '../../core/words/words';

interface FiguresProps extends ViewProps {
  readonly words: Words;
  readonly trend: Trend;
}

/** Shows the sums of the period, or of the chosen step. */
export function Figures({ view, show, words, trend }: FiguresProps): React.ReactElement {
  const { trans, format } = words;
  const chosen = trend.columns.find(({ bucket }) => bucket.key === view.selected);
  const totals = chosen?.totals ?? trend.totals;
  return (
    <div className="jp-LLMMeter-Figures" role="group" aria-label={trans.__('Unit')}>
      {UNITS_SHOWN.filter(unit => unit !== 'cost' || format.isMoneyShown).map(unit => (
        <button
          key={unit}
          type="button"
          className="jp-LLMMeter-Figure"
          aria-pressed={view.unit === unit}
          title={amountOf(totals, unit, words)}
          onClick={() => show({ ...view, unit })}
        >
          <span className="jp-LLMMeter-Figure-name">{unitText(unit, trans)}</span>
          <span className="jp-LLMMeter-Figure-value">{figureOf(totals, unit, words)}</span>
          <span className="jp-LLMMeter-Figure-note">{noteOf(totals, unit, words)}</span>
        </button>
      ))}
    </div>
  );
}

/** What stands below a figure: its parts, and what it does not hold. */
function noteOf(totals: Totals, unit: ShownUnit, words: Words): string {
  const { trans, format } = words;
  switch (unit) {
    case 'tokens':
      return [
        trans.__(
          '%1 in, %2 out',
          format.compact(totals.inputTokens),
          format.compact(totals.outputTokens)
        ),
        // A call without a price still has tokens.
        ...gapsOf({ ...totals, unpricedCalls: 0 }, words)
      ].join(' · ');
    case 'cost':
      return [rateText(words), ...gapsOf(totals, words)]
        .filter(text => text !== undefined)
        .join(' · ');
    case 'calls':
      return '';
  }
}
