/**
 * The cost of running the current notebook again, for the popover.
 */

import * as React from 'react';

import { estimateSentences } from '../../core/words/rerun';
import { Paragraphs } from '../paragraphs';
import type { NotebookCosts } from '../../tokens';
import type { Words } from '../../core/words/words';

interface RerunNoteProps {
  readonly costs: NotebookCosts;
  readonly words: Words;
}

/** A sentence or two; nothing for a notebook whose cells are not known to call models, or where the user hides money. */
export function RerunNote({
  costs: { estimate, total },
  words
}: RerunNoteProps): React.ReactElement | null {
  const { trans, format } = words;
  if (total.calls === 0 || !format.isMoneyShown) {
    return null;
  }
  const sentences =
    estimate === undefined
      ? [
          trans.__(
            'The cost of running this notebook again is unknown because its calls are unpriced.'
          )
        ]
      : estimateSentences(estimate, words);
  return (
    <section className="jp-LLMMeter-Rerun">
      <h3>{trans.__('Before you run')}</h3>
      <Paragraphs texts={sentences} />
    </section>
  );
}
