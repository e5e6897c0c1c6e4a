/**
 * Today and this month: of everything, and of the current notebook.
 */

import * as React from 'react';

import type { Totals } from '../../core/record/standing';
import type { Translate } from '../../core/words/translate';
import { costText, rateText } from '../../core/words/wording';
import type { NotebookPlace } from '../../core/dashboard/notebook-usage';
import { loadNotebookUsage } from '../../core/dashboard/notebook-usage';
import type { LoadUsage } from '../../core/dashboard/source';
import { useAnswer } from '../answer';
import { Trouble } from '../trouble';
import { Name } from './name';
import type { Words } from '../../core/words/words';

/** Stands for the notebook's name while its sentence is translated. */
const MARK = '\u0000';

interface TotalsTableProps {
  readonly today: Totals;
  readonly month: Totals;
  readonly getUsage: LoadUsage;
  /** The current notebook; null if there is none, or if its usage is unknown. */
  readonly place: NotebookPlace | null;
  /** Changes when the ledger has new calls. */
  readonly revision: number;
  readonly words: Words;
}

/** Shows the sums of today and this month. */
export function TotalsTable({
  today,
  month,
  getUsage,
  place,
  revision,
  words
}: TotalsTableProps): React.ReactElement {
  const { trans, format } = words;
  const row = (name: string, totals: Totals): React.ReactElement => (
    <TotalsRow key={name} name={name} totals={totals} words={words} />
  );
  const answer = useAnswer(
    () =>
      place === null ? Promise.resolve(undefined) : loadNotebookUsage(getUsage, place, new Date()),
    JSON.stringify(place),
    revision
  );
  return (
    <section>
      <table className="jp-LLMMeter-Totals">
        <thead>
          <tr>
            <td />
            <th scope="col">{trans.__('Calls')}</th>
            <th scope="col">{trans.__('Input tokens')}</th>
            <th scope="col">{trans.__('Output tokens')}</th>
            {format.isMoneyShown && <th scope="col">{trans.__('Cost')}</th>}
          </tr>
        </thead>
        <tbody>
          {row(trans.__('Today'), today)}
          {row(trans.__('This month'), month)}
        </tbody>
        {place !== null && answer.value !== undefined && (
          <tbody className="jp-LLMMeter-Totals-notebook">
            <tr>
              <th scope="rowgroup" colSpan={format.isMoneyShown ? 5 : 4}>
                <NotebookName path={place.path} trans={trans} />
              </th>
            </tr>
            {row(trans.__('Today'), answer.value.today)}
            {row(trans.__('This month'), answer.value.month)}
            {answer.value.session && row(trans.__('This session'), answer.value.session)}
          </tbody>
        )}
      </table>
      <Rate words={words} />
      <Trouble answer={answer} words={words} />
      <Gaps month={month} words={words} />
    </section>
  );
}

interface NotebookNameProps {
  readonly path: string;
  readonly trans: Translate;
}

/** The heading of the notebook's rows; the name keeps its own text direction. */
function NotebookName({ path, trans }: NotebookNameProps): React.ReactElement {
  const [before, after] = trans.__('This notebook: %1', MARK).split(MARK);
  return (
    <>
      {before}
      <Name name={path.replace(/^.*\//, '')} />
      {after}
    </>
  );
}

interface TotalsRowProps {
  readonly name: string;
  readonly totals: Totals;
  readonly words: Words;
}

function TotalsRow({ name, totals, words }: TotalsRowProps): React.ReactElement {
  const { format } = words;
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{format.count(totals.calls)}</td>
      <td>{format.count(totals.inputTokens)}</td>
      <td>{format.count(totals.outputTokens)}</td>
      {format.isMoneyShown && <td>{costText(totals, words)}</td>}
    </tr>
  );
}

/** The rate of the currency beside the dollar, where there is one. */
function Rate({ words }: { readonly words: Words }): React.ReactElement | null {
  const text = rateText(words);
  return text === undefined ? null : <p className="jp-LLMMeter-Rate">{text}</p>;
}

interface GapsProps {
  readonly month: Totals;
  readonly words: Words;
}

/** Says which calls are not included in the sums: an unknown cost is not a cost of zero. */
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
            "%2 call this month is unpriced: its model has no known price, so its cost isn't included in the total.",
            "%2 calls this month are unpriced: their models have no known price, so their cost isn't included in the total.",
            unpricedCalls,
            format.count(unpricedCalls)
          )}
        </p>
      )}
      {missingCalls > 0 && (
        <p>
          {trans._n(
            "%2 call this month has unknown usage, so its tokens aren't included in the total.",
            "%2 calls this month have unknown usage, so their tokens aren't included in the total.",
            missingCalls,
            format.count(missingCalls)
          )}
        </p>
      )}
    </div>
  );
}
