/** @jest-environment jsdom */

import { nullTranslator } from '@jupyterlab/translation';

import { Language } from '../../translation/language';
import { YUAN } from '../samples';

describe('Language', () => {
  it('should use English in an English lab', async () => {
    const language = new Language(nullTranslator, ['en-GB']);
    let changes = 0;
    language.changed.connect(() => {
      changes += 1;
    });
    await language.use('auto');
    expect(changes).toBe(0);
    expect(language.trans.__('No calls yet.')).toBe('No calls yet.');
    expect(language.format.locale).toBe('en-GB');
  });

  it('should use Chinese when the setting says so, numbers included, and emit a signal', async () => {
    const language = new Language(nullTranslator, ['en-US']);
    let changes = 0;
    language.changed.connect(() => {
      changes += 1;
    });
    await language.use('zh-CN');
    expect(language.trans.__('No calls yet.')).toBe('还没有调用。');
    expect(language.trans.__('%1 tokens', '12')).toBe('12 token');
    expect(language.trans._n('%2 call', '%2 calls', 3, '3')).toBe('3 次调用');
    expect(language.format.compact(812_345)).toBe('81.2万');
    expect(changes).toBe(1);
  });

  it('should use Chinese in a Chinese lab whose language pack does not have our texts', async () => {
    const lab = { languageCode: 'zh-CN', load: () => nullTranslator.load('') };
    const language = new Language(lab, ['zh-CN']);
    await language.use('auto');
    expect(language.trans.__('Settings')).toBe('设置');
  });

  it('should hide money until the settings show it, and emit a signal once for each change', () => {
    const language = new Language(nullTranslator, ['en-US']);
    let changes = 0;
    language.changed.connect(() => {
      changes += 1;
    });
    expect(language.format.money('1.50')).toBeUndefined();
    language.showMoney({ isShown: true });
    language.showMoney({ isShown: true });
    expect(language.format.money('1.50')).toBe('$1.50');
    expect(changes).toBe(1);
  });

  it('should show a currency beside dollars, and emit a signal once for each change of it', () => {
    const language = new Language(nullTranslator, ['en-US']);
    language.showCurrency(YUAN);
    expect(language.format.money('1.20')).toBeUndefined();
    language.showMoney({ isShown: true });
    let changes = 0;
    language.changed.connect(() => {
      changes += 1;
    });
    language.showCurrency({ ...YUAN });
    expect(language.format.money('1.20')).toBe('$1.20 (CN¥8.52)');
    expect(changes).toBe(0);
    language.showCurrency(undefined);
    expect(language.format.money('1.20')).toBe('$1.20');
    expect(changes).toBe(1);
  });

  it('should keep hiding money in another language', async () => {
    const language = new Language(nullTranslator, ['en-US']);
    await language.use('zh-CN');
    expect(language.format.money('1.50')).toBeUndefined();
  });

  it('should change back to English', async () => {
    const language = new Language(nullTranslator, ['zh-CN']);
    await language.use('zh-CN');
    await language.use('en');
    expect(language.trans.__('Settings')).toBe('Settings');
  });
});
