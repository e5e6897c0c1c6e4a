/**
 * The tokens of the current notebook and the costs of its cells.
 */

import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';

import type { NotebookPlace } from '../core/dashboard/notebook-usage';
import type { Sums } from '../core/record/run-sums';
import type { Estimate } from '../core/record/rerun';

/** The notebook that the user works in. */
export interface ICurrentNotebook {
  /** Null where no notebook is open. */
  readonly place: NotebookPlace | null;

  /** All notebooks that are open in this page. */
  readonly open: readonly NotebookPlace[];

  /** Emitted when it is another notebook, or it has another kernel or path. */
  readonly changed: ISignal<ICurrentNotebook, void>;
}

/** What a notebook costs, as far as this page knows. */
export interface NotebookCosts {
  /** Where the ledger has it: under the lab's root, without the name of a drive. */
  readonly path: string;
  /** What the newest run of each of its cells used, together: the sum of its badges. */
  readonly total: Sums;
  /** What running it again costs; absent where no run of its cells is wholly priced. */
  readonly estimate?: Estimate;
}

/** What the cells of notebooks cost. */
export interface ICellCosts {
  /** Of the notebook that the user works in; null where there is none, or nothing is known of it yet. */
  readonly current: NotebookCosts | null;

  /** Emitted when `current` changed. */
  readonly changed: ISignal<ICellCosts, void>;
}

/** The token of the costs of cells. */
export const ICellCosts = new Token<ICellCosts>(
  'jupyter-llm-meter:ICellCosts',
  'What the cells of the current notebook cost, and what running it again would.'
);
