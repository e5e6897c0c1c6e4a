/**
 * The version of this page, and what is said when the server extension is of another.
 */

import type { Snapshot } from './snapshot';
import type { Translate } from '../words/translate';

/** That of package.json; a test holds the two together. */
export const VERSION = '0.1.0';

/** Says that page and server extension do not fit; undefined where they do, or where no server extension answers. */
export function versionFact(
  { connection, document }: Snapshot,
  trans: Translate
): string | undefined {
  if (connection !== 'live' || document === undefined || document.version === VERSION) {
    return undefined;
  }
  return document.version === undefined
    ? trans.__(
        'The server extension is older than this page (version %1). Restart the Jupyter server and reload the page.',
        VERSION
      )
    : trans.__(
        'The server extension is version %1, but this page is version %2. Restart the Jupyter server and reload the page.',
        document.version,
        VERSION
      );
}
