/**
 * What the browser remembers of the portal: language, whose use, and what the dashboard shows. It works without.
 */

import type { Dimension } from '../core/dashboard/view';
import { readView } from '../core/dashboard/view';
import type { View } from '../core/dashboard/view';

/** What is remembered; not trusted. */
export interface Remembered {
  readonly language?: unknown;
  readonly whose?: unknown;
  readonly view?: unknown;
}

/** Where it is kept, as `localStorage`. */
export type Store = Pick<Storage, 'getItem' | 'setItem'>;

const KEY = 'llm-meter-portal';

/** Reads what is remembered; nothing if it cannot be read. */
export function recall(store: Store): Remembered {
  try {
    const saved: unknown = JSON.parse(store.getItem(KEY) ?? '{}');
    return typeof saved === 'object' && saved !== null ? saved : {};
  } catch {
    return {};
  }
}

/** Remembers something besides the rest. A browser that keeps nothing forgets it. */
export function remember(store: Store, change: Remembered): void {
  try {
    store.setItem(KEY, JSON.stringify({ ...recall(store), ...change }));
  } catch {
    // Full, or forbidden: the next visit begins anew.
  }
}

/**
 * The view to begin with: as it was saved, without what the calls do not differ by.
 *
 * @param saved - not trusted.
 * @param dimensions - by what the calls differ.
 */
export function viewFor(saved: unknown, dimensions: readonly Dimension[]): View {
  const view = readView(saved);
  return {
    ...view,
    group: dimensions.includes(view.group) ? view.group : 'model',
    filters: view.filters.filter(({ dimension }) => dimensions.includes(dimension))
  };
}
