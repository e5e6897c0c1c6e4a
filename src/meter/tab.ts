/**
 * The identity of a browser tab, which outlives a reload and is not shared with other tabs.
 */

import { UUID } from '@lumino/coreutils';

const KEY = 'jupyter-llm-meter:claimant';

/**
 * The id under which this tab claims alerts.
 *
 * @param storage - the tab's session storage.
 * @returns the id; a new one in a new tab.
 */
export function claimantOf(storage: Storage): string {
  const known = storage.getItem(KEY);
  if (known !== null) {
    return known;
  }
  const claimant = UUID.uuid4();
  storage.setItem(KEY, claimant);
  return claimant;
}
