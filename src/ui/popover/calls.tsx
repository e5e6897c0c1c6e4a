/**
 * The recent calls, loaded when the popover opens and again when there are new ones.
 */

import * as React from 'react';

import {
  callCostText,
  marksOf,
  placeDetail,
  placeText,
  tokensDetail,
  tokensText
} from '../../core/words/entry';
import type { CallRecord } from '../../core/record/record';
import { modelOf } from '../../core/record/record';
import { useAnswer } from '../answer';
import { Loading, Trouble } from '../trouble';
import { Name } from './name';
import type { Words } from '../../core/words/words';

const SHOWN_CALLS = 8;

interface RecentCallsProps {
  /** Loads the newest calls, at most so many. */
  readonly listCalls: (limit: number) => Promise<readonly CallRecord[]>;
  /** Changes when the ledger has new calls. */
  readonly revision: number;
  readonly words: Words;
}

/** Shows the newest calls. */
export function RecentCalls({ listCalls, revision, words }: RecentCallsProps): React.ReactElement {
  const { trans } = words;
  const answer = useAnswer(() => listCalls(SHOWN_CALLS), 'calls', revision);
  return (
    <section>
      <h3>{trans.__('Recent calls')}</h3>
      <Loading answer={answer} words={words} />
      <Trouble answer={answer} words={words} />
      {answer.value && <CallTable calls={answer.value} words={words} />}
    </section>
  );
}

interface CallTableProps {
  readonly calls: readonly CallRecord[];
  readonly words: Words;
}

function CallTable({ calls, words }: CallTableProps): React.ReactElement {
  const { trans, format } = words;
  if (calls.length === 0) {
    return <p>{trans.__('No calls yet.')}</p>;
  }
  return (
    <table className="jp-LLMMeter-Calls">
      <thead>
        <tr>
          <th scope="col">{trans.__('Time')}</th>
          <th scope="col">{trans.__('Model')}</th>
          <th scope="col">{trans.__('Notebook')}</th>
          <th scope="col">{trans.__('Tokens')}</th>
          {format.isMoneyShown && <th scope="col">{trans.__('Cost')}</th>}
        </tr>
      </thead>
      <tbody>
        {calls.map(call => (
          <CallRow key={call.callId} call={call} words={words} />
        ))}
      </tbody>
    </table>
  );
}

interface CallRowProps {
  readonly call: CallRecord;
  readonly words: Words;
}

function CallRow({ call, words }: CallRowProps): React.ReactElement {
  const { trans, format } = words;
  return (
    <tr>
      <td>{format.recent(call.startedAt)}</td>
      <td title={call.providerName}>
        <div className="jp-LLMMeter-Calls-model">
          <Name name={modelOf(call) ?? trans.__('unknown')} />
          {marksOf(call, trans).map(mark => (
            <span key={mark} className="jp-LLMMeter-Mark" title={call.errorType}>
              {mark}
            </span>
          ))}
        </div>
      </td>
      <td title={placeDetail(call, trans)}>
        <bdi>{placeText(call, trans)}</bdi>
      </td>
      <td title={tokensDetail(call, words)}>{tokensText(call, words)}</td>
      {format.isMoneyShown && (
        <td title={callCostText(call, words)}>{callCostText(call, words, true)}</td>
      )}
    </tr>
  );
}
