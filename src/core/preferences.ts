/**
 * The user's preferences, read from the settings. A value that does not match the schema gets its default.
 */

import type { PatternEntry } from './scan/patterns';
import { entriesIn } from './scan/patterns';
import type { GaugeMode } from './words/figure';
import { GAUGE_MODES } from './words/figure';
import type { LanguageSetting } from './words/language';
import { LANGUAGES } from './words/language';

/** The model whose tokenizer counts by default, as in schema/meter.json. */
const DEFAULT_COUNT_MODEL = 'gpt-5';

/** The settings of the meter. */
export interface IPreferences {
  /** Whether the gauge is shown. */
  readonly isGaugeShown: boolean;
  /** Whether money is shown. */
  readonly isCostShown: boolean;
  /** Whether outputs of kernels without a tap are read for usage. */
  readonly areOutputsScanned: boolean;
  /** Whether calls that only print their answer are estimated. */
  readonly areOutputsEstimated: boolean;
  /** The user's own patterns for outputs, not checked yet. */
  readonly outputPatterns: readonly PatternEntry[];
  /** What the gauge's figure shows. */
  readonly gaugeMode: GaugeMode;
  /** The id of the limit that the gauge follows; absent means the nearest. */
  readonly gaugeLimit?: string;
  /** The model whose tokenizer counts selected text. */
  readonly countModel: string;
  /** Whether cells show what their last run used. */
  readonly areBadgesShown: boolean;
  /** Whether costs are saved in the notebook's metadata. */
  readonly areCostsSaved: boolean;
  /** The amount in USD above which running all cells has to be confirmed; absent means never. */
  readonly confirmRunAllAbove?: number;
  /** The language of the interface. */
  readonly language: LanguageSetting;
  /** The limits as they are written in the settings, not checked yet. */
  readonly limits: unknown;
}

/**
 * Reads the settings.
 *
 * @param composite - the settings of `jupyter-llm-meter:meter`, defaults included.
 * @returns the preferences, complete.
 */
export function readPreferences(composite: Readonly<Record<string, unknown>>): IPreferences {
  const { gaugeMode, language, confirmRunAllAbove } = composite;
  return {
    isGaugeShown: composite.showGauge !== false,
    isCostShown: composite.showCost !== false,
    areOutputsScanned: composite.scanOutputs !== false,
    areOutputsEstimated: composite.estimateOutputs === true,
    outputPatterns: entriesIn(composite.outputPatterns),
    gaugeMode: GAUGE_MODES.find(mode => mode === gaugeMode) ?? 'auto',
    gaugeLimit: textOf(composite.gaugeLimit),
    countModel: textOf(composite.countModel) ?? DEFAULT_COUNT_MODEL,
    areBadgesShown: composite.cellBadges !== false,
    areCostsSaved: composite.saveCosts === true,
    confirmRunAllAbove: typeof confirmRunAllAbove === 'number' ? confirmRunAllAbove : undefined,
    language: LANGUAGES.find(known => known === language) ?? 'auto',
    limits: composite.limits ?? null
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
