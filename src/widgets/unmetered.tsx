/**
 * The kernels whose calls are not seen, and why.
 */

import type { TranslationBundle } from '@jupyterlab/translation';
import * as React from 'react';

import type { Unmetered } from '../core/standing';
import type { Words } from './usage';

interface UnmeteredListProps {
  readonly unmetered: readonly Unmetered[];
  readonly areOutputsScanned: boolean;
  readonly words: Words;
}

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
            <strong>{kernel.path ?? kernel.name ?? kernel.kernelId}</strong>{' '}
            {reasonText(kernel, trans)}
          </li>
        ))}
      </ul>
      {areOutputsScanned && (
        <p>{trans.__('Of these kernels, only usage that their outputs show is counted.')}</p>
      )}
    </section>
  );
}

function reasonText({ reason, name }: Unmetered, trans: TranslationBundle): string {
  switch (reason) {
    case 'language':
      return trans.__('Its kernel (%1) is not a Python kernel.', name ?? '?');
    case 'no-tap':
      return trans.__(
        'The meter is not active in its Python kernel. Restart the kernel: one that was started before the meter was installed is not metered.'
      );
    default:
      return reason;
  }
}
