/**
 * Stores the totals of local mode in JupyterLab's settings on the server.
 */

import type { Setting } from '@jupyterlab/services';

import { Shape } from '../core/record/shape';

/** The id under which schema/totals.json is known; no plugin of this name is started. */
export const TOTALS_ID = 'jupyter-llm-meter:totals';

/** The settings that hold the totals. */
export class TotalsSettings {
  /**
   * @param settings - the server's settings.
   */
  constructor(private readonly settings: Setting.IManager) {}

  /**
   * Reads the text that was last written, by any browser.
   *
   * @returns the text; empty when there is none.
   * @throws {ServerConnection.NetworkError} when the server does not answer.
   * @throws {ServerConnection.ResponseError} when it refuses.
   * @throws {SyntaxError} when the file was edited and is not JSON any more.
   */
  async readTotals(): Promise<string> {
    const { raw } = await this.settings.fetch(TOTALS_ID);
    return new Shape(JSON.parse(raw), 'settings').optionalText('totals') ?? '';
  }

  /**
   * Writes a text; throws as `readTotals`.
   *
   * @param text - the totals.
   */
  async writeTotals(text: string): Promise<void> {
    await this.settings.save(TOTALS_ID, JSON.stringify({ totals: text }));
  }
}
