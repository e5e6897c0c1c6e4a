/**
 * The notebook that the user works in, as the widgets see it.
 */

import type { ISignal } from '@lumino/signaling';

import type { NotebookPlace } from '../core/dashboard/notebook-usage';

/** The current notebook. */
export interface ICurrentNotebook {
  /** Null if no notebook is open. */
  readonly place: NotebookPlace | null;

  /** Emitted when the notebook or its kernel changes. */
  readonly changed: ISignal<unknown, void>;
}
