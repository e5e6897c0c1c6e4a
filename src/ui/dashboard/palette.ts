/**
 * The theme's colours for series.
 */

import type { Series } from '../../core/dashboard/trend';

/** The number of each series' colour, by its id. */
export type Palette = ReadonlyMap<string, number>;

/**
 * The colour of a series; grey for the rest.
 *
 * @param palette - the numbers of the colours.
 * @param series - the series.
 * @returns a CSS colour.
 */
export function colourOf(palette: Palette, { id, isRest }: Series): string {
  const colour = isRest ? undefined : palette.get(id);
  return colour === undefined
    ? 'var(--jp-llm-meter-series-rest)'
    : `var(--jp-llm-meter-series-${colour})`;
}
