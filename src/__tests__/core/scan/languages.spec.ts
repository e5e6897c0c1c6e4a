import { inEnglish } from '../../../core/scan/languages';

describe('inEnglish', () => {
  it.each([
    ['Eingabe-Tokens: 1.932, Ausgabe-Tokens: 288', 'input tokens: 1932, output tokens: 288'],
    ["Jetons d'entrée : 1 932", 'input tokens : 1932'],
    ['Tokens de entrada: 812', 'input tokens: 812'],
    ['Токены запроса: 812', 'input tokens: 812'],
    ['입력 토큰: 812개', ' input   tokens : 812'],
    ['캐시 생성 토큰: 12', ' cache creation   tokens : 12'],
    ['번역 완료: 12개, 완료 토큰: 8', '번역 완료: 12,  output   tokens : 8'],
    ['輸入 token：812，快取 64', '输入 token：812，缓存 64']
  ])('should translate %s', (text, english) => {
    expect(inEnglish(text)).toBe(english);
  });

  it('should translate the lines beside one that names tokens, and no other paragraph', () => {
    expect(inEnglish('Tokenverbrauch\nAntwort: 12\n\nAntwort: 12')).toBe(
      'tokens used\noutput: 12\n\nAntwort: 12'
    );
  });

  it.each([
    'prompt_tokens=1.932 completion_tokens=288',
    'CompletionUsage(completion_tokens=1, prompt_tokens=2)',
    'The answer used 12 tokens in total.'
  ])('should leave English as it is: %s', text => {
    expect(inEnglish(text)).toBe(text);
  });
});
