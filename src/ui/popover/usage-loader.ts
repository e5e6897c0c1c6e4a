/**
 * Loads the popover with the first look at it.
 */

import type { Widget } from '@lumino/widgets';

import type { IUsageView } from '../../tokens';

/** Opens and closes a view that is loaded when it is first asked for. */
export class UsageLoader implements IUsageView {
  /**
   * @param load - loads the view; called again with the next look when it fails.
   * @param onError - says that the view cannot be loaded.
   */
  constructor(
    private readonly load: () => Promise<IUsageView>,
    private readonly onError: (error: unknown) => void
  ) {}

  open(): void {
    void this._withView(view => view.open());
  }

  toggle(anchor: Widget): void {
    void this._withView(view => view.toggle(anchor));
  }

  /** {@inheritDoc IUsageView.setAnchor} */
  setAnchor(anchor: Widget): void {
    this._anchor = anchor;
    this._view?.setAnchor(anchor);
  }

  private async _withView(act: (view: IUsageView) => void): Promise<void> {
    // A gauge pressed a second time while the view loads closes it again, as when it is there.
    try {
      this._loading ??= this.load();
      const view = await this._loading;
      if (this._view === undefined) {
        this._view = view;
        if (this._anchor !== undefined) {
          view.setAnchor(this._anchor);
        }
      }
      act(view);
    } catch (error) {
      this._loading = undefined;
      this.onError(error);
    }
  }

  private _anchor?: Widget;
  private _loading?: Promise<IUsageView>;
  private _view?: IUsageView;
}
