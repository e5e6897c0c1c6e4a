import { DIMENSIONS, FIRST_VIEW } from '../../core/dashboard/view';
import { recall, remember, viewFor } from '../../portal/memory';

class Kept {
  text: string | null = null;
  getItem(): string | null {
    return this.text;
  }
  setItem(_key: string, text: string): void {
    this.text = text;
  }
}

describe('the memory', () => {
  it('should keep one thing besides the others', () => {
    const store = new Kept();
    remember(store, { language: 'en' });
    remember(store, { whose: 'own' });
    expect(recall(store)).toEqual({ language: 'en', whose: 'own' });
  });

  it.each(['{', 'null', '3', '"x"'])('should be empty where the browser holds %s', text => {
    const store = new Kept();
    store.text = text;
    expect(recall(store)).toEqual({});
  });

  it('should do without a browser that keeps nothing', () => {
    const full = {
      getItem: () => null,
      setItem: () => {
        throw new Error('full');
      }
    };
    expect(() => remember(full, { language: 'en' })).not.toThrow();
  });
});

describe('viewFor', () => {
  it('should leave out what the calls do not differ by', () => {
    const saved = {
      group: 'user',
      filters: [
        { dimension: 'user', value: 'ann' },
        { dimension: 'model', value: 'gpt-4o' }
      ]
    };
    const others = DIMENSIONS.filter(dimension => dimension !== 'user');
    expect(viewFor(saved, others).group).toBe('model');
    expect(viewFor(saved, others).filters).toHaveLength(1);
    expect(viewFor(saved, DIMENSIONS).filters).toHaveLength(2);
    expect(viewFor('broken', others)).toEqual({
      ...FIRST_VIEW,
      step: undefined,
      selected: undefined
    });
  });
});
