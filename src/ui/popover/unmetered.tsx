/**
 * The kernels whose calls are not seen, and why.
 */

import * as React from 'react';

import { unmeteredName, unmeteredReason } from '../../core/words/facts';
import type { Unmetered } from '../../core/record/standing';
import { Name } from './name';
import type { Words } from '../../core/words/words';

interface UnmeteredListProps {
  readonly unmetered: readonly Unmetered[];
  readonly areOutputsScanned: boolean;
  readonly words: Words;
}

/** Shows a line for each kernel that is not metered. */
export function UnmeteredList({
  unmetered,
  areOutputsScanned,
  words: { trans }
}: UnmeteredListProps): React.ReactElement | null {
  if (unmetered.length === 0) {
    return null;
  }
  return (
    <section>
      <h3>{trans.__('Not metered')}</h3>
      <ul className="jp-LLMMeter-Unmetered">
        {unmetered.map(kernel => (
          <li key={kernel.kernelId}>
            <strong>
              <Name name={unmeteredName(kernel)} />
            </strong>{' '}
            {unmeteredReason(kernel, trans)}
          </li>
        ))}
      </ul>
      {areOutputsScanned && (
        <p>{trans.__('For these kernels, only usage printed in cell outputs is counted.')}</p>
      )}
    </section>
  );
}
