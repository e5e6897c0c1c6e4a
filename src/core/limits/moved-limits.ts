/**
 * Settings that name a notebook, after it or its folder was moved.
 */

/** The id of a limit of one notebook: `notebook=path/window/unit`, with `/own` beside the administrator's. */
const OF_NOTEBOOK = /^notebook=(?<path>.+)(?<rest>\/[a-z]+\/(?:tokens|USD|calls)(?:\/own)?)$/;

/** A file or folder that has another path now. */
export interface Move {
  /** Its path under the lab's root until now. */
  readonly from: string;
  /** Its path from now on. */
  readonly to: string;
}

/**
 * The setting `limits` after a move.
 *
 * @param limits - what the user has set; of any kind.
 * @param move - the move.
 * @returns the limits, with those of moved notebooks at the new paths; undefined where none moved.
 */
export function limitsAfter(limits: unknown, move: Move): readonly unknown[] | undefined {
  if (!Array.isArray(limits)) {
    return undefined;
  }
  const after = limits.map((limit: unknown) => limitAfter(limit, move));
  return after.some((limit, index) => limit !== limits[index]) ? after : undefined;
}

/**
 * The setting `gaugeLimit` after a move.
 *
 * @param limitId - the id of the limit that the gauge follows; of any kind.
 * @param move - the move.
 * @returns the id of the same limit; undefined where it has not changed.
 */
export function limitIdAfter(limitId: unknown, move: Move): string | undefined {
  const { path, rest } =
    typeof limitId === 'string' ? (OF_NOTEBOOK.exec(limitId)?.groups ?? {}) : {};
  const moved = path === undefined ? undefined : pathAfter(path, move);
  return moved === undefined ? undefined : `notebook=${moved}${rest}`;
}

function limitAfter(limit: unknown, move: Move): unknown {
  const { scope, value } = (limit ?? {}) as { scope?: unknown; value?: unknown };
  const moved = scope === 'notebook' && typeof value === 'string' && pathAfter(value, move);
  return moved ? { ...(limit as object), value: moved } : limit;
}

/** The new path of a notebook; undefined where it is neither what moved nor below it. */
function pathAfter(path: string, { from, to }: Move): string | undefined {
  if (path === from) {
    return to;
  }
  return path.startsWith(`${from}/`) ? to + path.slice(from.length) : undefined;
}
