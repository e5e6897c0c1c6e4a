import Ajv from 'ajv';

import schema from '../../../schema/meter.json';
import vectors from '../../../tests/vectors/limits.json';

// As @jupyterlab/settingregistry does: what the user wrote has to keep the schema before the defaults are filled in.
const validate = new Ajv({ strict: false }).compile(schema);
const compose = new Ajv({ strict: false, useDefaults: true }).compile(schema);

/** What the schema does not say and the service refuses: zones that do not exist, and fields that contradict each other. */
const NAMED_BY_THE_SERVICE = [
  'a zone that does not exist',
  'a zone outside the zone files',
  'a price ceiling of a limit in tokens',
  'a limit that only warns and refuses models without a price'
];

describe('the settings', () => {
  it('should default to one limit of a million tokens a month, warned of at 80 %', () => {
    const settings: { limits?: unknown } = {};
    expect(compose(settings)).toBe(true);
    expect(settings.limits).toEqual([
      {
        scope: 'user',
        value: null,
        window: 'month',
        unit: 'tokens',
        amount: 1_000_000,
        warn_at: [0.8],
        on_exceed: 'warn',
        unpriced: null,
        notify: null,
        time_zone: null,
        week_start: 'monday',
        reset_hour: 0
      }
    ]);
  });

  it('should accept a limit with only window, unit and amount', () => {
    expect(validate({ limits: [{ window: 'day', unit: 'USD', amount: 2.5 }] })).toBe(true);
  });

  it.each([
    { on_exceed: 'block', unpriced: 'block' },
    { unpriced: 'allow' },
    { unpriced: 15 },
    { unpriced: '2.50' },
    { unpriced: null },
    { on_exceed: 'block' },
    { notify: ['ops'] },
    { notify: [] },
    { notify: null }
  ])('should take a limit with %p', changes => {
    const limit = { window: 'day', unit: 'USD', amount: 2.5, ...changes };
    expect(validate({ limits: [limit] })).toBe(true);
  });

  it.each(vectors.invalid.filter(({ name }) => !NAMED_BY_THE_SERVICE.includes(name)))(
    'should refuse $name',
    ({ given }) => {
      expect(validate({ limits: [given] })).toBe(false);
    }
  );

  it.each([{ language: 'fr' }, { showGauge: 'yes' }, { limit: [] }])(
    'should refuse %p',
    settings => {
      expect(validate(settings)).toBe(false);
    }
  );
});
