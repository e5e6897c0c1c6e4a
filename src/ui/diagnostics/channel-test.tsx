/**
 * A test message to every alert channel, and what became of each.
 */

import * as React from 'react';

import type { ChannelOutcome } from '../../core/record/channel-test';
import type { Explanation } from '../../core/record/explanation';
import type { Failure } from '../../core/record/failure';
import { failureOf } from '../../core/record/failure';
import { explanationText } from '../../core/words/explanation';
import type { Translate } from '../../core/words/translate';
import type { Words } from '../../core/words/words';
import { Trouble } from '../trouble';

/** Sends a test message to every channel. */
export type TestChannels = () => Promise<readonly ChannelOutcome[]>;

interface ChannelTestProps {
  readonly test: TestChannels;
  readonly words: Words;
}

interface Held {
  readonly isSending: boolean;
  readonly value?: readonly ChannelOutcome[];
  readonly failure?: Failure;
}

/** Sends the messages when the button is pressed, and shows the outcome of each channel. */
export function ChannelTest({ test, words }: ChannelTestProps): React.ReactElement {
  const { trans } = words;
  const [held, setHeld] = React.useState<Held>({ isSending: false });
  const send = (): void => {
    setHeld({ isSending: true });
    test().then(
      value => setHeld({ isSending: false, value }),
      (error: unknown) => setHeld({ isSending: false, failure: failureOf(error) })
    );
  };
  const { isSending, value } = held;
  return (
    <section>
      <h3>{trans.__('Alert channels')}</h3>
      {/* Not disabled while it sends, or the keyboard would lose its place. */}
      <button
        type="button"
        className="jp-LLMMeter-Button"
        aria-disabled={isSending}
        onClick={isSending ? undefined : send}
      >
        {trans.__('Send test messages')}
      </button>
      <p role="status">{statusText(held, trans)}</p>
      <Trouble answer={{ failure: held.failure, isStale: false }} words={words} />
      {value !== undefined && value.length > 0 && <Outcomes outcomes={value} words={words} />}
    </section>
  );
}

interface OutcomesProps {
  readonly outcomes: readonly ChannelOutcome[];
  readonly words: Words;
}

function Outcomes({ outcomes, words }: OutcomesProps): React.ReactElement {
  const { trans } = words;
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">{trans.__('Channel')}</th>
          <th scope="col">{trans.__('Result')}</th>
        </tr>
      </thead>
      <tbody>
        {outcomes.map(({ channel, isDelivered, problem }) => (
          <tr key={channel} data-verdict={isDelivered ? 'good' : 'bad'}>
            <th scope="row">
              <bdi>{channel || trans.__('All channels')}</bdi>
            </th>
            <td>{isDelivered ? trans.__('Delivered') : outcomeText(problem, words)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function statusText({ isSending, value }: Held, trans: Translate): string {
  if (isSending) {
    return trans.__('Sending. This takes a minute at most.');
  }
  if (value === undefined) {
    return '';
  }
  if (value.length === 0) {
    return trans.__('No alert channel is set up.');
  }
  const delivered = value.filter(({ isDelivered }) => isDelivered).length;
  return trans.__('%1 of %2 test messages delivered.', delivered, value.length);
}

function outcomeText(problem: Explanation | undefined, words: Words): string {
  const { trans } = words;
  return problem === undefined
    ? trans.__('Not delivered')
    : trans.__('Not delivered: %1', explanationText(problem, words));
}
