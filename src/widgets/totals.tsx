/**
 * Today and this month side by side.
 */

import * as React from 'react';

import type { Totals } from '../core/standing';
import { costText } from '../core/wording';
import type { Words } from './usage';

interface TotalsTableProps {
  readonly today: Totals;
  readonly month: Totals;
  readonly isCostShown: boolean;
  readonly words: Words;
}

export function TotalsTable({
  today,
  month,
  isCostShown,
  words
}: TotalsTableProps): React.ReactElement {
  const { trans, format } = words;
  const row = (name: string, read: (totals: Totals) => string): React.ReactElement => (
    <tr>
      <th scope="row">{name}</th>
      <td>{read(today)}</td>
      <td>{read(month)}</td>
    </tr>
  );
  return (
    <section>
      <table className="jp-LLMMeter-Totals">
        <thead>
          <tr>
            <td />
            <th scope="col">{trans.__('Today')}</th>
            <th scope="col">{trans.__('This month')}</th>
          </tr>
        </thead>
        <tbody>
          {row(trans.__('Calls'), totals => format.count(totals.calls))}
          {row(trans.__('Tokens in'), totals => format.count(totals.inputTokens))}
          {row(trans.__('Tokens out'), totals => format.count(totals.outputTokens))}
          {isCostShown && row(trans.__('Cost'), totals => costText(totals, trans, format))}
        </tbody>
      </table>
      <Gaps month={month} words={words} />
    </section>
  );
}

interface GapsProps {
  readonly month: Totals;
  readonly words: Words;
}

/** What the sums above do not hold, said aloud: an unknown cost is not a cost of zero. */
function Gaps({ month, words: { trans, format } }: GapsProps): React.ReactElement | null {
  const { unpricedCalls, missingCalls } = month;
  if (unpricedCalls + missingCalls === 0) {
    return null;
  }
  return (
    <div className="jp-LLMMeter-Note" data-level="warning">
      {unpricedCalls > 0 && (
        <p>
          {trans._n(
            '%2 call this month is unpriced: its model has no known price, so its cost is not in the sum.',
            '%2 calls this month are unpriced: their models have no known price, so their cost is not in the sum.',
            unpricedCalls,
            format.count(unpricedCalls)
          )}
        </p>
      )}
      {missingCalls > 0 && (
        <p>
          {trans._n(
            '%2 call this month has unknown usage, so its tokens are not in the sum.',
            '%2 calls this month have unknown usage, so their tokens are not in the sum.',
            missingCalls,
            format.count(missingCalls)
          )}
        </p>
      )}
    </div>
  );
}
