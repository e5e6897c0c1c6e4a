/**
 * Every raise ever made: who raised which limit, by how much, why and until when. Loaded on first use.
 */

import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

import { ClientError } from '../../meter/request';
import type { Raise } from '../../core/limits/raise';
import type { Standing } from '../../core/record/standing';
import { amountText, limitTitle } from '../../core/words/wording';
import type { IMeter, IWording } from '../../tokens';
import type { Words } from '../../core/words/words';

type Answer =
  | { readonly kind: 'loading' }
  | { readonly kind: 'raises'; readonly raises: readonly Raise[] }
  | { readonly kind: 'error'; readonly message: string };

export class RaisesWidget extends ReactWidget {
  /**
   * @param meter - knows the raises.
   * @param wording - in which words.
   */
  constructor(
    private readonly meter: IMeter,
    private readonly wording: IWording
  ) {
    super();
    this.addClass('jp-LLMMeter-Raises');
  }

  protected override render(): React.ReactElement {
    const { trans, format } = this.wording;
    return <Raises meter={this.meter} words={{ trans, format }} />;
  }
}

interface RaisesProps {
  readonly meter: IMeter;
  readonly words: Words;
}

function Raises({ meter, words }: RaisesProps): React.ReactElement {
  const { trans } = words;
  const [answer, setAnswer] = React.useState<Answer>({ kind: 'loading' });
  const ask = React.useCallback(() => {
    setAnswer({ kind: 'loading' });
    void askForRaises(meter).then(setAnswer);
  }, [meter]);
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
        <p>{trans.__('No limits have been raised.')}</p>
      ) : (
        <RaiseTable
          raises={answer.raises}
          standings={meter.snapshot.document?.standings ?? []}
          words={words}
        />
      );
  }
}

async function askForRaises(meter: IMeter): Promise<Answer> {
  try {
    return { kind: 'raises', raises: await meter.listRaises() };
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
            <td>{amountText(raise.amount, raise.unit, words)}</td>
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
