/** @jest-environment jsdom */

import * as React from 'react';

import { Portal } from '../../portal/portal';
import { wireAlert, wireLimit, wireRecord, wireStanding, wireTotals } from '../samples';
import { expectAct, fakeLayout, Page } from '../ui/page';

const LEAD = { user: 'ben', teams: ['physics'], leads: ['physics'], is_admin: false };

/** The hub's service: its answers by route, and what it was asked. */
class Service {
  readonly asked: string[] = [];
  me: object = LEAD;
  failure?: { readonly status: number; readonly body: unknown };
  isAway = false;
  calls: readonly object[] = [];

  readonly send = (url: string, init: RequestInit): Promise<Response> => {
    this.asked.push(url);
    expect(new Headers(init.headers).get('X-XSRFToken')).toBe('token');
    if (this.isAway) {
      return Promise.reject(new TypeError('Failed to fetch'));
    }
    const { status, body } = this.failure ?? { status: 200, body: this._bodyOf(url) };
    const response = { ok: status < 400, status, json: () => Promise.resolve(body) };
    return Promise.resolve(response as Response);
  };

  private _bodyOf(url: string): unknown {
    const route = /^api\/v1\/(\w+)\?/.exec(url)?.[1];
    const limit = wireLimit({ id: 'team/month', scope: 'team' });
    switch (route) {
      case 'me':
        return this.me;
      case 'standings':
        return {
          standings: [wireStanding({ limit, subject: 'physics' })],
          alerts: [wireAlert({ limit_id: 'team/month', subject: 'physics', threshold: 0.8 })]
        };
      case 'usage':
        return { rows: [wireTotals({ group: '2026-11-20', split: 'gpt-5' })] };
      default:
        return { calls: this.calls };
    }
  }
}

let page: Page;
let service: Service;
let saved: string | null;

beforeAll(() => {
  expectAct();
  fakeLayout();
});

beforeEach(() => {
  page = new Page();
  service = new Service();
  saved = null;
});

afterEach(() => page.close());

async function show(preferred: readonly string[] = ['en-US']): Promise<void> {
  const element = (
    <Portal
      home="/hub/home"
      xsrf="token"
      send={service.send}
      store={{ getItem: () => saved, setItem: (_key, text) => (saved = text) }}
      preferred={preferred}
    />
  );
  // The words, the reader and the answers come one after the other.
  for (let turn = 0; turn < 4; turn += 1) {
    await page.show(element);
  }
}

describe('Portal', () => {
  it('should show a lead the team, and ask for nothing else', async () => {
    await show();
    expect(page.find('h2').textContent).toContain('physics');
    const questions = service.asked.filter(url => !url.startsWith('api/v1/me'));
    expect(questions.length).toBeGreaterThan(3);
    expect(questions.filter(url => !url.includes('team=physics'))).toEqual([]);
  });

  it('should show the alerts with the limits that they are of', async () => {
    await show();
    expect(page.textsOf('tbody tr td').slice(-4)[0]).toContain('physics');
    expect(page.text).toContain('80% of the limit reached');
  });

  it('should say whose each call is, where it is not only the own ones', async () => {
    service.calls = [wireRecord({ 'user.id': 'cem' })];
    await show();
    expect(page.textsOf('.jp-LLMMeter-Table th').filter(name => name === 'User')).toHaveLength(2);
    expect(page.textsOf('.jp-LLMMeter-Table td').filter(text => text === 'cem')).toHaveLength(2);
    await page.write('.jp-LLMMeter-Portal-head select', 'own');
    expect(page.textsOf('.jp-LLMMeter-Table th')).not.toContain('User');
  });

  it('should remember whose usage and which language was chosen', async () => {
    await show();
    await page.write('.jp-LLMMeter-Portal-head select', 'own');
    await page.write('.jp-LLMMeter-Portal-bar select', 'zh-CN');
    expect(JSON.parse(saved ?? '')).toMatchObject({ whose: 'own', language: 'zh-CN' });
    expect(
      service.asked.some(url => url.startsWith('api/v1/calls') && url.includes('user=ben'))
    ).toBe(true);
    await show();
    expect(page.find('h2').textContent).toBe('你的 LLM 用量');
    expect(document.documentElement.lang).toBe('zh-CN');
  });

  it('should offer a user no choice, no export and no cell to open', async () => {
    service.me = { user: 'ann', teams: [], leads: [], is_admin: false };
    await show();
    expect(page.has('.jp-LLMMeter-Portal-head select')).toBe(false);
    expect(page.has('.jp-LLMMeter-mod-export')).toBe(false);
    expect(page.has('[data-leads]')).toBe(false);
  });

  it('should say what is wrong in the language of the page', async () => {
    service.failure = { status: 403, body: { reason: 'no-user', message: 'This needs a token.' } };
    await show(['zh-CN']);
    expect(page.alerts).toEqual([expect.stringContaining('登录已失效')]);
  });

  it('should say that the service is away, and try again', async () => {
    service.isAway = true;
    await show();
    expect(page.alerts[0]).toContain("Couldn't reach LLM Meter's service");
    service.isAway = false;
    await page.click('Try again');
    await show();
    expect(page.find('h2').textContent).toContain('physics');
  });

  it('should not take an answer that breaks the contract for figures', async () => {
    service.me = { user: 3 };
    await show();
    expect(page.alerts[0]).toContain('Reload the page');
  });

  it('should say what a failing service said', async () => {
    service.failure = {
      status: 503,
      body: { reason: 'ledger-unavailable', message: 'No ledger.' }
    };
    await show();
    expect(page.alerts[0]).toContain("LLM Meter's service can't answer now: No ledger.");
  });
});
