/**
 * The raise history: who raised which limit, by how much, why and until when.
 */

import * as React from 'react';
import type { Raise } from '../../core/limits/raise';
import type { Owner, Standing } from '../../core/record/standing';
import { isOwnUser, limitTitle } from '../../core/words/limit-name';
import { amountText } from '../../core/words/wording';
import { useAnswer } from '../answer';
import { Loading, Trouble } from '../trouble';
import type { Words } from '../../core/words/words';

interface RaisesProps {
  readonly listRaises: () => Promise<readonly Raise[]>;
  /** The limits, for their titles. */
  readonly standings: readonly Standing[];
  /** The reader, whose own limits don't name them; undefined if unknown. */
  readonly owner?: Owner;
  readonly words: Words;
}

/** Shows every raise, the newest first. */
export function Raises({ listRaises, standings, owner, words }: RaisesProps): React.ReactElement {
  const { trans } = words;
  const [tries, setTries] = React.useState(0);
  const answer = useAnswer(listRaises, 'raises', tries);
  return (
    <>
      <Loading answer={answer} words={words} />
      <Trouble answer={answer} words={words} onRetry={() => setTries(tries + 1)} />
      {answer.value?.length === 0 && <p>{trans.__('No limits have been raised.')}</p>}
      {answer.value !== undefined && answer.value.length > 0 && (
        <RaiseTable raises={answer.value} {...{ standings, owner, words }} />
      )}
    </>
  );
}

interface RaiseTableProps {
  readonly raises: readonly Raise[];
  readonly standings: readonly Standing[];
  readonly owner?: Owner;
  readonly words: Words;
}

function RaiseTable({ raises, standings, owner, words }: RaiseTableProps): React.ReactElement {
  const { trans, format } = words;
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{trans.__('Time')}</th>
          <th scope="col">{trans.__('User')}</th>
          <th scope="col">{trans.__('Limit')}</th>
          <th scope="col">{trans.__('Added')}</th>
          <th scope="col">{trans.__('Until')}</th>
          <th scope="col">{trans.__('Reason')}</th>
        </tr>
      </thead>
      <tbody>
        {raises.map(raise => (
          <tr key={raise.id}>
            <td>{format.recent(raise.raisedAt)}</td>
            <td>{raise.user ?? trans.__('unknown')}</td>
            <td>{titleOf(raise, standings, owner, words)}</td>
            <td>{amountText(raise.amount, raise.unit, words) ?? '–'}</td>
            <td>{raise.expiresAt === undefined ? '–' : format.recent(raise.expiresAt)}</td>
            <td className="jp-LLMMeter-Raises-reason">{raise.reason}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The title of the raised limit; its id if it is no longer set. */
function titleOf(
  { limitId, subject }: Raise,
  standings: readonly Standing[],
  owner: Owner | undefined,
  { trans }: Words
): string {
  const standing = standings.find(({ limit }) => limit.id === limitId);
  return standing === undefined
    ? limitId
    : limitTitle(standing.limit, subject, trans, isOwnUser({ subject }, owner));
}
