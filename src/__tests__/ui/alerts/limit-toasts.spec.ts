import { NotificationManager } from '@jupyterlab/apputils/lib/notification';

import type { Alert, Standing } from '../../../core/record/standing';
import type { IWording } from '../../../tokens';
import { LimitToasts } from '../../../ui/alerts/limit-toasts';
import type { Wire } from '../../samples';
import { documentWith, wireAlert, wireLimit, wireStanding, words } from '../../samples';

const LIMIT = wireLimit({ id: 'model/month/tokens', scope: 'model', warn_at: [0.5, 0.8] });

function alertWith(changes: Wire = {}): Alert {
  const alert = wireAlert({ limit_id: LIMIT.id, subject: 'gpt-5', ...changes });
  return documentWith({ alerts: [alert] }).alerts[0];
}

function standingWith(changes: Wire = {}): Standing {
  const standing = wireStanding({ limit: LIMIT, subject: 'gpt-5', ...changes });
  return documentWith({ standings: [standing] }).standings[0];
}

function messages(): string[] {
  return notifications.notifications.map(({ message }) => message);
}

let notifications: NotificationManager;
let toasts: LimitToasts;
let opened: (readonly [path: string, cell: string | undefined])[];

beforeEach(() => {
  notifications = new NotificationManager();
  opened = [];
  const ignore = (): void => undefined;
  toasts = new LimitToasts(notifications, words as IWording, {
    seeUsage: ignore,
    changeLimit: ignore,
    goToCell: (path, cell) => opened.push([path, cell])
  });
});

describe('LimitToasts', () => {
  it('should replace the toast of a limit when its use passes the next threshold', () => {
    toasts.show(alertWith({ id: 'a', threshold: 0.5, used: '512000' }), standingWith());
    toasts.show(alertWith({ id: 'b', threshold: 0.8, used: '812345' }), standingWith());
    expect(messages()).toEqual([
      expect.stringMatching(/^Model gpt-5 this month: 81% of 1,000,000 tokens used\./)
    ]);
  });

  it('should show a toast for each limit and subject', () => {
    toasts.show(alertWith(), standingWith());
    toasts.show(alertWith({ id: 'c', subject: 'o3' }), standingWith({ subject: 'o3' }));
    expect(messages()).toHaveLength(2);
  });

  it.each([
    ['is reached', { level: 'exceeded', ratio: 1 }],
    ['is used less of since a raise', { level: 'ok', ratio: 0.4, amount: '2000000' }],
    ['was raised and is near its amount all the same', { amount: '1010000' }],
    ['has reset', { level: 'warning', resets_at: '2027-01-01T00:00:00.000000Z' }]
  ])('should take the toast away when the limit %s', (_, changes) => {
    toasts.show(alertWith(), standingWith());
    toasts.follow([standingWith(changes)]);
    expect(messages()).toEqual([]);
  });

  it('should take the toast away when the limit is no longer set', () => {
    toasts.show(alertWith(), standingWith());
    toasts.follow([standingWith({ subject: 'o3' })]);
    expect(messages()).toEqual([]);
  });

  it('should leave the toast while it says what is so', () => {
    toasts.show(alertWith(), standingWith());
    toasts.follow([standingWith({ ratio: 0.83 })]);
    expect(messages()).toHaveLength(1);
  });

  it.each([undefined, 'c7'])('should lead to the cell that used most, in one click: %s', cell => {
    toasts.show(alertWith({ top_notebook: 'work.ipynb', top_cell: cell }), standingWith());
    const [{ options }] = notifications.notifications;
    const [first] = options.actions ?? [];
    expect(first.label).toBe('Go to cell');
    first.callback({} as MouseEvent);
    expect(opened).toEqual([['work.ipynb', cell]]);
  });

  it('should lead nowhere where no notebook is known', () => {
    toasts.show(alertWith({ top_notebook: undefined }), standingWith());
    const [{ options }] = notifications.notifications;
    expect(options.actions?.map(({ label }) => label)).toEqual(['See usage', 'Change limit']);
  });

  it('should not take away what is not there', () => {
    toasts.close(alertWith());
    expect(messages()).toEqual([]);
  });
});
