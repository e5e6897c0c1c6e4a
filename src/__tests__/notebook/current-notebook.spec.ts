import type { INotebookTracker } from '@jupyterlab/notebook';
import { Signal } from '@lumino/signaling';

import { CurrentNotebook } from '../../notebook/current-notebook';

/** A notebook as far as it is looked at. */
class Panel {
  readonly context = {
    path: 'RTC:a.ipynb',
    pathChanged: new Signal<object, string>(this),
    model: { getMetadata: (): undefined => undefined }
  };
  readonly sessionContext = { session: null, kernelChanged: new Signal<object, unknown>(this) };

  rename(path: string): void {
    this.context.path = path;
    this.context.pathChanged.emit(path);
  }
}

class Tracker {
  currentWidget: Panel | null = null;
  readonly currentChanged = new Signal<this, Panel | null>(this);

  show(panel: Panel | null): void {
    this.currentWidget = panel;
    this.currentChanged.emit(panel);
  }
}

function setUp(): { tracker: Tracker; current: CurrentNotebook; seen: (string | undefined)[] } {
  const tracker = new Tracker();
  const current = new CurrentNotebook(tracker as unknown as INotebookTracker, path =>
    path.replace(/^RTC:/, '')
  );
  const seen: (string | undefined)[] = [];
  current.changed.connect(() => seen.push(current.place?.path));
  return { tracker, current, seen };
}

describe('CurrentNotebook', () => {
  it('should follow the notebook that is renamed', () => {
    const { tracker, seen } = setUp();
    const panel = new Panel();
    tracker.show(panel);
    panel.rename('RTC:sub/b.ipynb');
    expect(seen).toEqual(['a.ipynb', 'sub/b.ipynb']);
  });

  it('should no longer follow a notebook that is not the current one', () => {
    const { tracker, seen } = setUp();
    const panel = new Panel();
    tracker.show(panel);
    tracker.show(null);
    panel.rename('b.ipynb');
    expect(seen).toEqual(['a.ipynb', undefined]);
  });
});
