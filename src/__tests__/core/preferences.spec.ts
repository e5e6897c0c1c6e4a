import schema from '../../../schema/meter.json';
import { readPreferences } from '../../core/preferences';

/** The defaults of the schema. */
const DEFAULTS = Object.fromEntries(
  Object.entries(schema.properties).map(([key, property]) => [
    key,
    'default' in property ? property.default : undefined
  ])
);

describe('readPreferences', () => {
  it('should read the defaults of the schema as it reads nothing at all', () => {
    const limits = DEFAULTS.limits;
    expect(readPreferences(DEFAULTS)).toEqual({ ...readPreferences({}), limits });
  });

  it('should read what the user set', () => {
    const preferences = readPreferences({
      showGauge: false,
      showCost: false,
      scanOutputs: false,
      estimateOutputs: true,
      outputPatterns: [{ name: 'a', pattern: 'b' }, 'no entry'],
      gaugeMode: 'percent',
      gaugeLimit: 'user/month/tokens',
      countModel: 'qwen3',
      cellBadges: false,
      saveCosts: true,
      confirmRunAllAbove: 0.5,
      language: 'zh-CN',
      limits: []
    });
    expect(preferences).toEqual({
      isGaugeShown: false,
      isCostShown: false,
      areOutputsScanned: false,
      areOutputsEstimated: true,
      outputPatterns: [{ name: 'a', pattern: 'b' }],
      gaugeMode: 'percent',
      gaugeLimit: 'user/month/tokens',
      countModel: 'qwen3',
      areBadgesShown: false,
      areCostsSaved: true,
      confirmRunAllAbove: 0.5,
      language: 'zh-CN',
      limits: []
    });
  });

  it('should read as the default what does not keep the schema', () => {
    const wrong = { gaugeMode: 'loud', language: 'xx', countModel: '', confirmRunAllAbove: '1' };
    expect(readPreferences(wrong)).toEqual(readPreferences({}));
  });
});
