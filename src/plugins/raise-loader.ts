/**
 * Opens the dialogs in which limits are raised and raises are listed. They are loaded on first use.
 */

import { showErrorMessage } from '@jupyterlab/apputils';

import type { Standing } from '../core/record/standing';
import type { IMeter, IRaises, IWording } from '../tokens';

/**
 * Opens the form that raises a limit; shows an error when it cannot be loaded.
 *
 * @param raises - raises the limit.
 * @param wording - the words and figures.
 * @param standing - where the limit stands.
 */
export async function openRaiseForm(
  raises: IRaises,
  wording: IWording,
  standing: Standing
): Promise<void> {
  const { trans } = wording;
  try {
    const { raiseLimit } = await import('./raise-dialogs');
    await raiseLimit(raises, wording, standing);
  } catch (error) {
    await showErrorMessage(trans.__('Raise the limit'), String(error));
  }
}

/**
 * Opens the list of all raises; shows an error when it cannot be loaded.
 *
 * @param meter - has the limits that are set now.
 * @param raises - lists the raises.
 * @param wording - the words and figures.
 */
export async function openRaiseHistory(
  meter: IMeter,
  raises: IRaises,
  wording: IWording
): Promise<void> {
  const { trans } = wording;
  try {
    const { showRaises } = await import('./raise-dialogs');
    await showRaises(meter, raises, wording);
  } catch (error) {
    await showErrorMessage(trans.__('Raise history'), String(error));
  }
}
