/**
 * Feeds the model: one request at the start, then the server's events.
 *
 * The figures are requested again when an event was lost, when a pending call stays uncommitted, and when the connection came
 * back. There is no polling: only a server that went away is tried again, after growing pauses, until it answers once.
 */

import type { Event } from '@jupyterlab/services';
import type { IDisposable } from '@lumino/disposable';
import { Signal } from '@lumino/signaling';

import type { MeterClient } from './client';
import { AbsentError, AwayError, ClientError } from '../core/errors';
import { ShapeError } from '../core/record/shape';
import { parseStanding } from '../core/record/standing-reader';
import type { MeterModel } from './model';

/** The events of jupyter_llm_meter/event_schemas that carry the standing document. */
export const STANDING_EVENT = 'https://events.jupyter.org/jupyter_llm_meter/standing/v1';

/** How long a reported call may stay uncommitted before the figures are requested, in milliseconds. */
const CONFIRMATION_MS = 10_000;
/** The same where events do not arrive, so that nothing else would bring the figures. */
const CONFIRMATION_WITHOUT_EVENTS_MS = 1_500;

/** How long an event may come after the answer that already holds its figures, in milliseconds. */
const GRACE_MS = 3_000;

/** The pauses between tries to reach a server that is away, in milliseconds. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

type Timer = ReturnType<typeof setTimeout>;

/** The requests and events that feed a model. */
export class MeterFeed implements IDisposable {
  /**
   * @param client - requests the figures.
   * @param model - receives them.
   * @param stream - the server's events, of all kinds.
   */
  constructor(
    private readonly client: MeterClient,
    private readonly model: MeterModel,
    stream: Event.Stream
  ) {
    stream.connect(this._onEvent, this);
  }

  /** Whether it is stopped. */
  get isDisposed(): boolean {
    return this._isDisposed;
  }

  /** Stops for good. */
  dispose(): void {
    if (this._isDisposed) {
      return;
    }
    this._isDisposed = true;
    clearTimeout(this._retry);
    clearTimeout(this._confirmation);
    clearTimeout(this._doubt);
    Signal.clearData(this);
  }

  /**
   * Requests the figures; the outcome is in the model.
   *
   * A call while a request is under way makes one more request after it, for what changed in between.
   */
  async refresh(): Promise<void> {
    if (this._request !== undefined) {
      this._isStale = true;
      return this._request;
    }
    this._request = this._requestUntilFresh();
    try {
      await this._request;
    } finally {
      this._request = undefined;
    }
  }

  /** Requests the figures if the ledger does not commit a reported call in time; the answer takes it back. */
  awaitConfirmation(): void {
    const pause = this._areEventsMissing ? CONFIRMATION_WITHOUT_EVENTS_MS : CONFIRMATION_MS;
    this._confirmation ??= setTimeout(() => {
      this._confirmation = undefined;
      if (this.model.hasPending) {
        void this.refresh();
      }
    }, pause);
  }

  /** Requests the figures when the user returns to the page, where no event would bring them. */
  refreshOnReturn(): void {
    if (this._areEventsMissing || this.model.hasPending) {
      this.checkConnection();
    }
  }

  /** Requests the figures because something else on the page could not reach the server. */
  checkConnection(): void {
    if (this._retry === undefined) {
      void this.refresh();
    }
  }

  private async _requestUntilFresh(): Promise<void> {
    do {
      this._isStale = false;
      await this._requestOnce();
    } while (this._isStale && !this._isDisposed);
  }

  private async _requestOnce(): Promise<void> {
    clearTimeout(this._retry);
    this._retry = undefined;
    const mark = this.model.markRequest();
    const known = this.model.snapshot.document?.seq;
    try {
      const document = await this.client.getStanding();
      this.model.loadAnswer(document, mark);
      if (known !== undefined && document.seq > known) {
        this._awaitEvent(mark.pushes);
      }
      this._pause = FIRST_PAUSE_MS;
    } catch (error) {
      this._onFailure(error);
    }
  }

  /** Marks events as missing unless the one comes that brought the server to a later number. */
  private _awaitEvent(pushes: number): void {
    this._doubt ??= setTimeout(() => {
      this._doubt = undefined;
      if (this.model.pushes === pushes) {
        this.model.markEventsMissing();
      }
    }, GRACE_MS);
  }

  private get _areEventsMissing(): boolean {
    return this.model.snapshot.areEventsMissing === true;
  }

  private _onFailure(error: unknown): void {
    if (!(error instanceof ClientError)) {
      throw error;
    }
    if (error instanceof AwayError) {
      this.model.markUnavailable('away');
      this._tryLater();
    } else if (error instanceof AbsentError) {
      this.model.markUnavailable('absent');
    } else {
      this.model.markUnavailable('failed', error.message);
    }
  }

  private _tryLater(): void {
    if (this._isDisposed) {
      return;
    }
    this._retry = setTimeout(() => void this.refresh(), this._pause);
    this._pause = Math.min(this._pause * 2, LONGEST_PAUSE_MS);
  }

  private _onEvent(_: Event.IManager, emission: Event.Emission): void {
    if (emission.schema_id !== STANDING_EVENT) {
      return;
    }
    try {
      const isNext = this.model.loadPushed(parseStanding(emission));
      if (!isNext) {
        void this.refresh();
      }
    } catch (error) {
      if (!(error instanceof ShapeError)) {
        throw error;
      }
      this.model.markUnavailable('failed', error.message);
    }
  }

  private _isDisposed = false;
  private _isStale = false;
  private _request?: Promise<void>;
  private _retry?: Timer;
  private _confirmation?: Timer;
  private _doubt?: Timer;
  private _pause = FIRST_PAUSE_MS;
}
