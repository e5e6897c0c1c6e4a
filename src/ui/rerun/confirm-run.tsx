/**
 * The dialog that asks before all cells are run.
 */

import { Dialog, showDialog } from '@jupyterlab/apputils';
import * as React from 'react';

import type { Estimate } from '../../core/record/rerun';
import { questionSentences } from '../../core/words/rerun';
import type { Words } from '../../core/words/words';
import { Paragraphs } from '../paragraphs';

/**
 * Asks whether to run a notebook.
 *
 * @param estimate - what the run is likely to cost.
 * @param above - the amount above which runs are to be confirmed; USD.
 * @param words - the translations and the formatter.
 * @returns whether to run it.
 */
export async function confirmRun(
  estimate: Estimate,
  above: number,
  words: Words
): Promise<boolean> {
  const { trans } = words;
  const { button } = await showDialog({
    title: trans.__('Run all cells?'),
    body: <Paragraphs texts={questionSentences(estimate, String(above), words)} />,
    buttons: [
      Dialog.cancelButton({ label: trans.__('Cancel') }),
      Dialog.okButton({ label: trans.__('Run All') })
    ]
  });
  return button.accept;
}
