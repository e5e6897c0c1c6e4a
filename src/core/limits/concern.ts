/**
 * Which limits can touch what the user does here: those that a call from this page's notebooks can count towards.
 */

import type { NotebookPlace } from '../dashboard/notebook-usage';
import type { Owner, Standing } from '../record/standing';

/** Where the user works, and as whom. */
export interface Whereabouts {
  /** Whose calls are counted; absent in local mode, which counts one user's. */
  readonly owner?: Owner;
  /** The notebooks that the user works in. */
  readonly places: readonly NotebookPlace[];
}

/**
 * Whether a call made here can count towards a limit. Any call may be to any model, provider or key.
 *
 * @param standing - where the limit is, for one subject.
 * @param whereabouts - where the user works.
 * @returns whether it can.
 */
export function concerns(
  { limit, subject }: Pick<Standing, 'limit' | 'subject'>,
  { owner, places }: Whereabouts
): boolean {
  const whose = subject ?? limit.value;
  if (whose === undefined) {
    return true;
  }
  switch (limit.scope) {
    case 'user':
      return owner === undefined || whose === owner.user;
    case 'team':
      // A process may name a team of its own where the owner has none.
      return owner?.team === undefined || whose === owner.team;
    case 'project':
      return places.some(({ project }) => whose === (owner?.project ?? project));
    case 'notebook':
      return places.some(({ path }) => whose === path);
    case 'kernel':
      return places.some(({ kernelId }) => whose === kernelId);
    case 'key':
    case 'model':
    case 'provider':
      return true;
  }
}

/**
 * The project of a notebook that no variable names: that of its metadata, else the first folder of its path.
 *
 * @param path - under the lab's root.
 * @param metadata - the notebook's metadata under `llm-meter`; of any kind.
 * @returns the project; undefined for a notebook beside no folder.
 */
export function projectOf(path: string, metadata: unknown): string | undefined {
  const named = (metadata as { project?: unknown } | null | undefined)?.project;
  if (typeof named === 'string' && named !== '') {
    return named;
  }
  const end = path.indexOf('/');
  return end > 0 ? path.slice(0, end) : undefined;
}
