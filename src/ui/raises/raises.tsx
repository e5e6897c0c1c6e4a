/**
 * Every raise ever made: who raised which limit, by how much, why and until when. Loaded on first use.
 */

import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

import { ClientError } from '../../core/errors';
import type { Raise } from '../../core/limits/raise';
import type { Standing } from '../../core/record/standing';
import { amountText, limitTitle } from '../../core/words/wording';
import type { IWording } from '../../tokens';
import type { Words } from '../popover/usage';

type Answer =
  | { readonly kind: 'loading' }
  | { readonly kind: 'raises'; readonly raises: readonly Raise[] }
  | { readonly kind: 'error'; readonly message: string };

type ListRaises = () => Promise<readonly Raise[]>;

export class RaisesWidget extends ReactWidget {
  /**
   * @param list - lists the raises.
   * @param standings - the limits that are set now.
   * @param wording - in which words.
   */
  constructor(
    private readonly list: ListRaises,
    private readonly standings: readonly Standing[],
    private readonly wording: IWording
  ) {
    super();
    this.addClass('jp-LLMMeter-Raises');
  }

  protected override render(): React.ReactElement {
    const { trans, format } = this.wording;
    return <Raises list={this.list} standings={this.standings} words={{ trans, format }} />;
  }
}

interface RaisesProps {
  readonly list: ListRaises;
  readonly standings: readonly Standing[];
  readonly words: Words;
}

function Raises({ list, standings, words }: RaisesProps): React.ReactElement {
  const { trans } = words;
  const [answer, setAnswer] = React.useState<Answer>({ kind: 'loading' });
  const ask = React.useCallback(() => {
    setAnswer({ kind: 'loading' });
    void askForRaises(list).then(setAnswer);
  }, [list]);
  React.useEffect(ask, [ask]);
  switch (answer.kind) {
    case 'loading':
      return <p role="status">{trans.__('Loading…')}</p>;
    case 'error':
      return (
        <div className="jp-LLMMeter-Note" data-level="exceeded" role="alert">
          <p>{answer.message}</p>
          <button type="button" className="jp-LLMMeter-Button" onClick={ask}>
            {trans.__('Try again')}
          </button>
        </div>
      );
    case 'raises':
      return answer.raises.length === 0 ? (
        <p>{trans.__('No limit was ever raised.')}</p>
      ) : (
        <RaiseTable raises={answer.raises} standings={standings} words={words} />
      );
  }
}

async function askForRaises(list: ListRaises): Promise<Answer> {
  try {
    return { kind: 'raises', raises: await list() };
  } catch (error) {
    if (error instanceof ClientError) {
      return { kind: 'error', message: error.message };
    }
    throw error;
  }
}

interface RaiseTableProps {
  readonly raises: readonly Raise[];
  readonly standings: readonly Standing[];
  readonly words: Words;
}

function RaiseTable({ raises, standings, words }: RaiseTableProps): React.ReactElement {
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
            <td>{titleOf(raise, standings, words)}</td>
            <td>{amountText(raise.amount, raise.unit, trans, format)}</td>
            <td>{raise.expiresAt === undefined ? '–' : format.recent(raise.expiresAt)}</td>
            <td className="jp-LLMMeter-Raises-reason">{raise.reason}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What the raised limit is about; its id where it is no longer set. */
function titleOf(
  { limitId, subject }: Raise,
  standings: readonly Standing[],
  { trans }: Words
): string {
  const standing = standings.find(({ limit }) => limit.id === limitId);
  return standing === undefined ? limitId : limitTitle(standing.limit, subject, trans);
}
