/**
 * The dashboard's place in the shell: light, so that opening and restoring cost nothing. What it shows, and the charts'
 * libraries with it, is loaded when it is first seen.
 */

import { ReactWidget } from '@jupyterlab/ui-components';
import type { ReadonlyPartialJSONValue } from '@lumino/coreutils';
import type { Message } from '@lumino/messaging';
import type { ISignal } from '@lumino/signaling';
import { Signal } from '@lumino/signaling';
import * as React from 'react';

import type { DashboardSource } from '../../core/dashboard/source';
import type { IMeter, IWording } from '../../tokens';
import type * as Content from './dashboard';
import type { OpenCell } from './scene';

/** New calls are shown at most this often, in milliseconds, so that a loop of calls does not become a loop of requests. */
const REFRESH_MS = 4_000;

/** The dashboard's widget in the shell. */
export class DashboardFrame extends ReactWidget {
  /**
   * @param meter - the figures and preferences.
   * @param wording - the words.
   * @param source - the ledger.
   * @param openCell - opens the cell of a call.
   * @param saved - what it showed when the layout was saved; not trusted.
   */
  constructor(
    private readonly meter: IMeter,
    private readonly wording: IWording,
    private readonly source: DashboardSource,
    private readonly openCell: OpenCell,
    saved: ReadonlyPartialJSONValue | undefined
  ) {
    super();
    this._saved = saved;
    this.addClass('jp-LLMMeter-Dashboard');
    this.node.tabIndex = -1;
    meter.stateChanged.connect(this._onStateChanged, this);
    wording.changed.connect(this.update, this);
  }

  /** What it shows, as JSON, for the layout. */
  get view(): ReadonlyPartialJSONValue | undefined {
    return this._saved;
  }

  get viewChanged(): ISignal<this, void> {
    return this._viewChanged;
  }

  override dispose(): void {
    window.clearTimeout(this._timer);
    super.dispose();
  }

  protected override onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this._load();
    this._catchUp();
  }

  protected override onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    if (this.isVisible) {
      this._load();
    }
  }

  protected override render(): React.ReactElement {
    const { trans, format } = this.wording;
    if (this._problem !== undefined) {
      return (
        <div className="jp-LLMMeter-Note" data-level="exceeded" role="alert">
          <p>
            {trans.__(
              "Couldn't load the dashboard. Try again when the Jupyter server is available."
            )}
          </p>
          <p>{this._problem}</p>
          <button type="button" className="jp-LLMMeter-Button" onClick={() => this._load()}>
            {trans.__('Try again')}
          </button>
        </div>
      );
    }
    if (this._content === undefined) {
      return <p role="status">{trans.__('Loading…')}</p>;
    }
    return (
      <this._content.Dashboard
        snapshot={this.meter.snapshot}
        source={this.source}
        openCell={this.openCell}
        words={{ trans, format }}
        saved={this._saved}
        revision={this._revision}
        onRefresh={() => this._refresh()}
        onView={view => {
          // A saved layout is JSON, which a view is.
          this._saved = JSON.parse(JSON.stringify(view)) as ReadonlyPartialJSONValue;
          this._viewChanged.emit();
        }}
      />
    );
  }

  private _load(): void {
    if (this._content !== undefined) {
      return;
    }
    this._problem = undefined;
    import('./dashboard').then(
      content => {
        this._content = content;
        this.update();
      },
      (error: unknown) => {
        this._problem = String(error);
        this.update();
      }
    );
  }

  private _onStateChanged(): void {
    this.update();
    this._catchUp();
  }

  /** Requests what is new: at once, or when the last request is long enough ago. */
  private _catchUp(): void {
    const seq = this.meter.snapshot.document?.seq;
    if (seq === this._seq || !this.isVisible || this._timer !== undefined) {
      return;
    }
    const wait = Math.max(0, this._refreshedAt + REFRESH_MS - Date.now());
    this._timer = window.setTimeout(() => {
      this._timer = undefined;
      this._refresh();
    }, wait);
  }

  private _refresh(): void {
    this._seq = this.meter.snapshot.document?.seq;
    this._refreshedAt = Date.now();
    this._revision += 1;
    this.update();
  }

  private readonly _viewChanged = new Signal<this, void>(this);
  private _saved: ReadonlyPartialJSONValue | undefined;
  private _content?: typeof Content;
  private _problem?: string;
  private _revision = 0;
  private _seq?: number;
  private _refreshedAt = 0;
  private _timer?: number;
}
