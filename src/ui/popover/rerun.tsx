/**
 * What running the current notebook again costs, for the popover.
 */

import * as React from 'react';

import { estimateSentences } from '../../core/words/rerun';
import type { NotebookCosts } from '../../tokens';
import type { Words } from './usage';

interface RerunNoteProps {
  readonly costs: NotebookCosts;
  readonly words: Words;
}

/** A sentence or two; nothing for a notebook whose cells are not known to call models. */
export function RerunNote({
  costs: { estimate, total },
  words: { trans, format }
}: RerunNoteProps): React.ReactElement | null {
  if (total.calls === 0) {
    return null;
  }
  const sentences =
    estimate === undefined
      ? [trans.__('What running this notebook again costs is not known: its calls are unpriced.')]
      : estimateSentences(estimate, trans, format);
  return (
    <section className="jp-LLMMeter-Rerun">
      <h3>{trans.__('Before you run')}</h3>
      <p>{sentences.join(' ')}</p>
    </section>
  );
}
