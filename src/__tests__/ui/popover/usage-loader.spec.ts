import type { Widget } from '@lumino/widgets';

import type { IUsageView } from '../../../tokens';
import { UsageLoader } from '../../../ui/popover/usage-loader';

/** A view that notes what it is asked. */
class View implements IUsageView {
  readonly asked: string[] = [];

  open(): void {
    this.asked.push('open');
  }

  toggle(anchor: Widget): void {
    this.asked.push(`toggle ${anchor.id}`);
  }

  setAnchor(anchor: Widget): void {
    this.asked.push(`anchor ${anchor.id}`);
  }
}

function widget(id: string): Widget {
  return { id } as unknown as Widget;
}

describe('UsageLoader', () => {
  const settled = (): Promise<void> => new Promise(resolve => setTimeout(resolve));

  it('should load the view once, with the first look, and pass on what it was asked', async () => {
    const view = new View();
    const load = jest.fn(() => Promise.resolve(view));
    const loader = new UsageLoader(load, () => undefined);
    loader.setAnchor(widget('gauge'));
    expect(load).not.toHaveBeenCalled();
    loader.open();
    loader.toggle(widget('other'));
    await settled();
    loader.setAnchor(widget('second'));
    expect(view.asked).toEqual(['anchor gauge', 'open', 'toggle other', 'anchor second']);
    expect(load).toHaveBeenCalledTimes(1);
  });

  it('should say that the view cannot be loaded, and try again with the next look', async () => {
    const view = new View();
    const errors: unknown[] = [];
    const load = jest
      .fn<Promise<IUsageView>, []>()
      .mockRejectedValueOnce(new Error('gone'))
      .mockResolvedValueOnce(view);
    const loader = new UsageLoader(load, error => errors.push(error));
    loader.open();
    await settled();
    expect(errors).toEqual([new Error('gone')]);
    loader.open();
    await settled();
    expect(view.asked).toEqual(['open']);
  });
});
