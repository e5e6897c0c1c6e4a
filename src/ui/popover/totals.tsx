/**
 * Today and this month: of everything, and of the current notebook.
 */

import * as React from 'react';

import type { Totals } from '../../core/record/standing';
import { costText } from '../../core/words/wording';
import type { NotebookPlace } from '../../core/dashboard/notebook-usage';
import { notebookUsage } from '../../core/dashboard/notebook-usage';
import type { ICallStore } from '../../tokens';
import { useAnswer } from '../answer';
import { Name } from './name';
import type { Words } from './usage';

interface TotalsTableProps {
  readonly today: Totals;
  readonly month: Totals;
  readonly calls: ICallStore;
  /** The current notebook; null where nothing can be said of it. */
  readonly place: NotebookPlace | null;
  /** Changes when the ledger has new calls. */
  readonly revision: number;
  readonly isCostShown: boolean;
  readonly words: Words;
}

export function TotalsTable({
  today,
  month,
  calls,
  place,
  revision,
  isCostShown,
  words
}: TotalsTableProps): React.ReactElement {
  const { trans } = words;
  const row = (name: string, totals: Totals): React.ReactElement => (
    <TotalsRow key={name} name={name} totals={totals} isCostShown={isCostShown} words={words} />
  );
  const answer = useAnswer(
    () =>
      place === null
        ? Promise.resolve(undefined)
        : notebookUsage(query => calls.getUsage(query), place, new Date()),
    [calls, revision, place?.path, place?.kernelId]
  );
  return (
    <section>
      <table className="jp-LLMMeter-Totals">
        <thead>
          <tr>
            <td />
            <th scope="col">{trans.__('Calls')}</th>
            <th scope="col">{trans.__('Tokens in')}</th>
            <th scope="col">{trans.__('Tokens out')}</th>
            {isCostShown && <th scope="col">{trans.__('Cost')}</th>}
          </tr>
        </thead>
        <tbody>
          {row(trans.__('Today'), today)}
          {row(trans.__('This month'), month)}
        </tbody>
        {place !== null && answer.kind === 'done' && answer.value !== undefined && (
          <tbody className="jp-LLMMeter-Totals-notebook">
            <tr>
              <th scope="rowgroup" colSpan={isCostShown ? 5 : 4}>
                {trans.__('This notebook')} · <Name name={place.path.replace(/^.*\//, '')} />
              </th>
            </tr>
            {row(trans.__('Today'), answer.value.today)}
            {row(trans.__('This month'), answer.value.month)}
            {answer.value.session && row(trans.__('This session'), answer.value.session)}
          </tbody>
        )}
      </table>
      {answer.kind === 'error' && (
        <p className="jp-LLMMeter-Note" data-level="exceeded" role="alert">
          {answer.message}
        </p>
      )}
      <Gaps month={month} words={words} />
    </section>
  );
}

interface TotalsRowProps {
  readonly name: string;
  readonly totals: Totals;
  readonly isCostShown: boolean;
  readonly words: Words;
}

function TotalsRow({
  name,
  totals,
  isCostShown,
  words: { trans, format }
}: TotalsRowProps): React.ReactElement {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{format.count(totals.calls)}</td>
      <td>{format.count(totals.inputTokens)}</td>
      <td>{format.count(totals.outputTokens)}</td>
      {isCostShown && <td>{costText(totals, trans, format)}</td>}
    </tr>
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
