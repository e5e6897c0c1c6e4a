/** @jest-environment jsdom */

import { Gettext } from '@jupyterlab/translation/lib/gettext';

import vectors from '../../../../tests/vectors/limit-names.json';
import { parseLimits } from '../../../core/limits/limits';
import { withNameParts } from '../../../core/limits/named-by';
import { limitTitle } from '../../../core/words/limit-name';
import type { Translate } from '../../../core/words/translate';
import catalogue from '../../../translation/zh-CN.json';
import type { Wire } from '../../samples';
import { documentWith, trans, wireLimit, wireStanding } from '../../samples';

function chinese(): Translate {
  const bundle = new Gettext({ domain: 'jupyter_llm_meter', locale: 'zh-CN' });
  bundle.loadJSON(catalogue, 'jupyter_llm_meter');
  return bundle;
}

const LANGUAGES = [
  ['en', trans],
  ['zh-CN', chinese()]
] as const;

function titleOf(limit: Wire, subject?: string): string {
  const standings = [wireStanding({ limit: wireLimit(limit), subject })];
  const [standing] = documentWith({ standings }).standings;
  return limitTitle(standing.limit, standing.subject, trans);
}

describe.each(LANGUAGES)('limitTitle in %s', (language, translate) => {
  it.each(vectors.cases)('should name limits as the server does: $name', ({ limits, ...given }) => {
    const named = withNameParts(parseLimits(limits, 'UTC'));
    const titles = named.map((limit, at) => {
      const { subject } = given.names[at];
      const isOwn = subject === null || subject === given.reader;
      return limitTitle(limit, subject ?? undefined, translate, isOwn);
    });
    expect(titles).toEqual(given.names.map(name => name[language]));
  });
});

describe('limitTitle', () => {
  it('should say whose use is counted when it is about no one subject', () => {
    expect(titleOf({ scope: 'team' })).toBe('Each team this month');
  });

  it('should fall back on the value that the limit names', () => {
    expect(titleOf({ scope: 'model', value: 'gpt-5' })).toBe('Model gpt-5 this month');
  });

  it('should say what the server says that limits differ in', () => {
    const limit = { time_zone: 'America/New_York', reset_hour: 6, named_by: ['time_zone', 'own'] };
    expect(titleOf(limit)).toBe('This month (New York, set by the user)');
  });

  it('should leave out what only a later version knows', () => {
    expect(titleOf({ named_by: ['moon'] })).toBe('This month');
  });
});
