/**
 * What became of the test messages to the alert channels. Loaded with the dialog that shows it.
 */

import type { Explanation } from './explanation';
import { readExplanation } from './explanation';
import { Shape } from './shape';
import type * as Wire from './wire';

/** What became of the message to one channel. */
export interface ChannelOutcome {
  /** Its name; empty where the setting that lists the channels can't be read. */
  readonly channel: string;
  readonly isDelivered: boolean;
  /** Why it was not delivered. */
  readonly problem?: Explanation;
}

/**
 * Reads the answer of `POST channels/test`.
 *
 * @param value - of any kind.
 * @returns an outcome for each channel.
 * @throws {ShapeError} when it does not keep the contract.
 */
export function parseChannelTest(value: unknown): readonly ChannelOutcome[] {
  return new Shape<Wire.ChannelTest>(value, 'answer').list('channels', (item, path) => {
    const of = new Shape<Wire.ChannelTest['channels'][number]>(item, path);
    return {
      channel: of.text('channel'),
      isDelivered: of.optionalFlag('delivered') === true,
      problem: of.optionalObject('problem', readExplanation)
    };
  });
}
