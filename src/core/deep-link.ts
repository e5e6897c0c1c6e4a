/**
 * Links that open a notebook at one of its cells. Messages of alerts hold them (`alerts/text.py`), and so do new pages of
 * Notebook 7.
 */

/** The query parameter with the cell's id. */
const PARAMETER = 'llm-meter-cell';

/** The pages of JupyterLab and Notebook 7 that show a notebook. */
const NOTEBOOK_PAGE =
  /^\/(?:(?:lab|doc)(?:\/workspaces\/[^/]+)?\/tree|notebooks)\/(?<path>[^?#]+)$/;

/** Matches the requests that hold such a link. */
export const DEEP_LINK = new RegExp(`[?&]${PARAMETER}=`);

/** The parts of a page's address, without the base of the server. */
export interface PageAddress {
  readonly path: string;
  readonly search: string;
  readonly hash: string;
}

/** What a link leads to. */
export interface DeepLink {
  /** The notebook's path under the lab's root; undefined where the page shows none. */
  readonly notebookPath?: string;
  readonly cellId: string;
  /** The address without the cell. */
  readonly plainAddress: string;
}

/**
 * Reads where the address of a page leads.
 *
 * @param address - the address.
 * @returns the notebook and the cell; undefined where the address names no cell.
 */
export function readDeepLink({ path, search, hash }: PageAddress): DeepLink | undefined {
  const query = new URLSearchParams(search);
  const cellId = query.get(PARAMETER);
  if (cellId === null || cellId === '') {
    return undefined;
  }
  query.delete(PARAMETER);
  const rest = query.toString();
  const encoded = NOTEBOOK_PAGE.exec(path)?.groups?.path;
  return {
    notebookPath: encoded === undefined ? undefined : decoded(encoded),
    cellId,
    plainAddress: `${path}${rest === '' ? '' : `?${rest}`}${hash}`
  };
}

/**
 * The address of the page of Notebook 7 that shows a notebook at a cell.
 *
 * @param baseUrl - the server's address, with a slash at its end.
 * @param notebookPath - the notebook's path under the lab's root.
 * @param cellId - the cell; undefined for the notebook as it opens.
 * @returns the address.
 */
export function notebookPage(
  baseUrl: string,
  notebookPath: string,
  cellId: string | undefined
): string {
  const page = `${baseUrl}notebooks/${notebookPath.split('/').map(encodeURIComponent).join('/')}`;
  return cellId === undefined ? page : `${page}?${PARAMETER}=${encodeURIComponent(cellId)}`;
}

/** A path without percent signs; undefined where they mean nothing. */
function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    // It throws nothing but a URIError.
    return undefined;
  }
}
