/**
 * The version of this page, and what is shown when the server extension has another.
 */

import type { Snapshot } from './snapshot';
import type { Translate } from '../words/translate';

/** The version in package.json; a test compares the two. */
export const VERSION = '0.1.0';

/**
 * Says that page and server extension have different versions.
 *
 * @param snapshot - has the version of the server extension.
 * @param trans - the translations.
 * @returns undefined where they have the same, or where no server extension answers.
 */
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
