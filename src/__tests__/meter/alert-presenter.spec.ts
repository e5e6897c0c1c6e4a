import type { Event } from '@jupyterlab/services';
import { Stream } from '@lumino/signaling';

import type { AlertDisplay } from '../../meter/alert-presenter';
import { AlertPresenter } from '../../meter/alert-presenter';
import { AlertClaims } from '../../meter/alert-claims';
import { MeterClient } from '../../meter/client';
import { CallUploader } from '../../meter/call-uploader';
import { MeterFeed } from '../../meter/feed';
import { Meter } from '../../meter/meter';
import { MeterModel } from '../../meter/model';
import type { Standing } from '../../core/record/standing';
import { LocalFallback } from '../../local/fallback';
import {
  recordWith,
  wireAlert,
  wireBlocked,
  wireDocument,
  wireLimit,
  wireRefusal,
  wireRunaway
} from '../samples';
import { Standin, until } from '../standin';

/** A tab of the browser: what it shows is written down, its dialogs are answered by `answer`. */
class Tab implements AlertDisplay {
  readonly shown: string[] = [];
  readonly followed: string[] = [];
  isShown = true;
  answer: () => void = () => undefined;
  readonly meter: Meter;
  readonly localMode: LocalFallback;
  readonly presenter: AlertPresenter;

  constructor(server: Standin, claimant: string) {
    const client = new MeterClient(server.settings);
    const model = new MeterModel(callback => callback());
    const uploader = new CallUploader(client, () => undefined);
    const stream = new Stream<Event.IManager, Event.Emission>({} as Event.IManager);
    const feed = new MeterFeed(client, model, stream);
    this.localMode = new LocalFallback(model, client, {
      open: () => Promise.reject(new Error('There is a server extension.')),
      isNeeded: () => Promise.resolve(false),
      explain: String
    });
    this.meter = new Meter({ model, feed, localMode: this.localMode, uploader });
    const alerts = new AlertClaims(client, this.localMode, claimant);
    this.presenter = new AlertPresenter(this.meter, alerts, this);
  }

  isConcerned = true;
  paused: Promise<void> = Promise.resolve();

  concerns(): boolean {
    return this.isConcerned;
  }

  pause(): Promise<void> {
    this.shown.push('pause');
    return this.paused;
  }

  isVisible(): boolean {
    return this.isShown;
  }

  showWarning({ id }: { id: string }): void {
    this.shown.push(`toast ${id}`);
  }

  closeWarning({ id }: { id: string }): void {
    this.shown.push(`no toast for ${id}`);
  }

  followLimits(standings: readonly Standing[]): void {
    this.followed.push(standings.map(({ level }) => level).join());
  }

  showDialog({ id }: { id: string }): Promise<void> {
    this.shown.push(`dialog ${id}`);
    return this._answered();
  }

  showRunaway({ id }: { id: string }): Promise<void> {
    this.shown.push(`runaway ${id}`);
    return this._answered();
  }

  private _answered(): Promise<void> {
    return new Promise(resolve => {
      this.answer = resolve;
    });
  }
}

const warning = wireAlert({ id: 'w' });
const exceeded = wireAlert({ id: 'x', kind: 'exceeded', threshold: 1 });

let server: Standin;
let tabs: Tab[];

beforeEach(async () => {
  server = new Standin();
  await server.start();
  tabs = [];
});

afterEach(async () => {
  tabs.forEach(({ meter }) => meter.dispose());
  await server.stop();
});

function openTab(claimant = 'tab'): Tab {
  const tab = new Tab(server, claimant);
  tabs.push(tab);
  return tab;
}

describe('AlertPresenter', () => {
  it('should show an alert that waited for a page, and acknowledge it', async () => {
    server.document = wireDocument({ alerts: [warning] });
    const tab = openTab();
    await tab.meter.refresh();
    await until(() => server.acknowledged.includes('w'));
    expect(tab.shown).toEqual(['toast w']);
  });

  it('should show an alert once, however often it arrives', async () => {
    server.document = wireDocument({ alerts: [warning] });
    const tab = openTab();
    await tab.meter.refresh();
    await tab.meter.refresh();
    await until(() => server.acknowledged.length > 0);
    expect(tab.shown).toEqual(['toast w']);
    expect(server.requests.filter(request => request.endsWith('claim'))).toHaveLength(1);
  });

  it('should show an alert in one tab only', async () => {
    server.document = wireDocument({ alerts: [warning] });
    const first = openTab('first');
    await first.meter.refresh();
    await until(() => first.shown.length > 0);
    const second = openTab('second');
    await second.meter.refresh();
    await until(() => server.requests.filter(request => request.endsWith('claim')).length === 2);
    // The warning of an earlier threshold, if it shows one, is out of date.
    await until(() => second.shown.length > 0);
    expect(second.shown).toEqual(['no toast for w']);
  });

  it('should follow the limits in a hidden tab too, whose warnings may be out of date', async () => {
    const tab = openTab();
    tab.isShown = false;
    server.document = wireDocument({ standings: [wireBlocked()] });
    await tab.meter.refresh();
    expect(tab.followed).toEqual(['blocked']);
  });

  it('should take the warning of a limit away before it shows its dialog', async () => {
    server.document = wireDocument({ alerts: [exceeded] });
    const tab = openTab();
    await tab.meter.refresh();
    await until(() => tab.shown.includes('dialog x'));
    expect(tab.shown).toEqual(['no toast for x', 'pause', 'dialog x']);
  });

  it('should leave an alert about other work to the page that does it', async () => {
    server.document = wireDocument({ alerts: [exceeded] });
    const tab = openTab();
    tab.isConcerned = false;
    await tab.meter.refresh();
    expect(server.claims.size).toBe(0);
    tab.isConcerned = true;
    tab.presenter.update();
    await until(() => tab.shown.includes('dialog x'));
  });

  it('should wait for a pause in typing with the dialog of a limit that only warns', async () => {
    server.document = wireDocument({ alerts: [exceeded] });
    const tab = openTab();
    let stopTyping = (): void => undefined;
    tab.paused = new Promise(resolve => {
      stopTyping = resolve;
    });
    await tab.meter.refresh();
    await until(() => tab.shown.includes('pause'));
    expect(tab.shown).not.toContain('dialog x');
    stopTyping();
    await until(() => tab.shown.includes('dialog x'));
  });

  it('should not wait with the dialog of a limit that refuses calls', async () => {
    const hard = wireBlocked({ amount: '1000000', limit: wireLimit({ on_exceed: 'block' }) });
    server.document = wireDocument({ alerts: [exceeded], standings: [hard] });
    const tab = openTab();
    await tab.meter.refresh();
    await until(() => tab.shown.includes('dialog x'));
    expect(tab.shown).not.toContain('pause');
  });

  it('should acknowledge a dialog only when it is answered', async () => {
    server.document = wireDocument({ alerts: [exceeded] });
    const tab = openTab();
    await tab.meter.refresh();
    await until(() => tab.shown.includes('dialog x'));
    expect(server.acknowledged).toEqual([]);
    tab.answer();
    await until(() => server.acknowledged.includes('x'));
  });

  it('should show one dialog at a time', async () => {
    const other = wireAlert({ id: 'y', kind: 'exceeded', threshold: 1 });
    server.document = wireDocument({ alerts: [exceeded, other] });
    const tab = openTab();
    await tab.meter.refresh();
    await until(() => tab.shown.includes('dialog x'));
    expect(tab.shown).not.toContain('dialog y');
    tab.answer();
    await until(() => tab.shown.includes('dialog y'));
    tab.answer();
    await until(() => server.acknowledged.length === 2);
  });

  it('should not claim an alert in a hidden tab until it is visible', async () => {
    server.document = wireDocument({ alerts: [warning] });
    const tab = openTab();
    tab.isShown = false;
    await tab.meter.refresh();
    expect(server.requests).toEqual(['GET standing']);
    tab.isShown = true;
    tab.presenter.update();
    await until(() => tab.shown.length === 1);
  });

  it('should try again with the next figures when the claim failed', async () => {
    server.document = wireDocument({ alerts: [warning] });
    const tab = openTab();
    tab.isShown = false;
    await tab.meter.refresh();
    tab.isShown = true;
    server.failure = { status: 503, body: {} };
    tab.presenter.update();
    await until(() => server.requests.length === 2);
    server.failure = undefined;
    await until(() => {
      tab.presenter.update();
      return tab.shown.length === 1;
    });
  });

  it('should show a refused call at once in the tab whose kernel reported it', async () => {
    server.document = wireDocument({ alerts: [wireRefusal()], standings: [wireBlocked()] });
    const tab = openTab();
    tab.meter.reportCall(recordWith({ 'llm_meter.call.status': 'refused' }));
    await tab.meter.refresh();
    await until(() => tab.shown.includes('dialog refusal-1'));
    expect(tab.shown.filter(each => each.startsWith('dialog'))).toHaveLength(1);
  });

  it('should show a refused call of a script that has no tab, a little later', async () => {
    server.document = wireDocument({ alerts: [wireRefusal()], standings: [wireBlocked()] });
    const [own, other] = [openTab('own'), openTab('other')];
    await Promise.all([own.meter.refresh(), other.meter.refresh()]);
    expect(server.claims.size).toBe(0);
    await until(() => server.claims.size === 1);
    await until(() => [...own.shown, ...other.shown].includes('dialog refusal-1'));
  });

  it('should leave a refused call to the tab whose kernel reports it after the server', async () => {
    server.document = wireDocument({ alerts: [wireRefusal()], standings: [wireBlocked()] });
    const [own, other] = [openTab('own'), openTab('other')];
    await Promise.all([own.meter.refresh(), other.meter.refresh()]);
    own.meter.reportCall(recordWith({ 'llm_meter.call.status': 'refused' }));
    await until(() => own.shown.includes('dialog refusal-1'));
    expect(server.claims.get('refusal-1')).toBe('own');
  });

  it('should not say twice that a limit is reached when a call was refused for it', async () => {
    server.document = wireDocument({
      alerts: [exceeded, wireRefusal()],
      standings: [wireBlocked()]
    });
    const tab = openTab();
    tab.meter.reportCall(recordWith({ 'llm_meter.call.status': 'refused' }));
    await tab.meter.refresh();
    await until(() => server.acknowledged.includes('x'));
    await until(() => tab.shown.includes('dialog refusal-1'));
    expect(tab.shown.filter(each => each.startsWith('dialog'))).toHaveLength(1);
  });

  it('should not show a refused call once the limit was raised', async () => {
    const raised = wireBlocked({ amount: '1200000', ratio: 0.83, level: 'warning' });
    server.document = wireDocument({ alerts: [wireRefusal()], standings: [raised] });
    const tab = openTab();
    tab.meter.reportCall(recordWith({ 'llm_meter.call.status': 'refused' }));
    await tab.meter.refresh();
    await until(() => server.acknowledged.includes('refusal-1'));
    expect(tab.shown).toEqual(['no toast for refusal-1']);
  });

  it('should show a runaway kernel in one tab, and acknowledge it when it is answered', async () => {
    server.document = wireDocument({ runaways: [wireRunaway()] });
    const [first, second] = [openTab('first'), openTab('second')];
    await first.meter.refresh();
    await until(() => first.shown.length > 0);
    await second.meter.refresh();
    expect(first.shown).toEqual(['runaway runaway-1']);
    expect(server.acknowledged).toEqual([]);
    first.answer();
    await until(() => server.acknowledged.includes('runaway-1'));
    expect(second.shown).toEqual([]);
  });
});
