/**
 * The part of a JupyterLab translation bundle that the pure core needs.
 *
 * Structurally the same as `TranslationBundle` of @jupyterlab/translation, restated here because the core imports
 * nothing from Jupyter.
 */
export interface Translate {
  /** The translation of a text with `%1`-style placeholders. */
  __(msgid: string, ...args: (string | number)[]): string;

  /** The translation of a text in the plural form for `n`, which is `%1`. */
  _n(msgid: string, msgid_plural: string, n: number, ...args: (string | number)[]): string;
}
