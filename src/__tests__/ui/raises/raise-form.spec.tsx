/** @jest-environment jsdom */

import * as React from 'react';

import { AbsentError, AwayError, RefusedError } from '../../../core/errors';
import type { Raise, RaiseRequest } from '../../../core/limits/raise';
import { parseRaise } from '../../../core/limits/raise';
import { RaiseForm } from '../../../ui/raises/raise-form';
import { documentWith, wireBlocked, wireRaise, words } from '../../samples';
import { expectAct, Page } from '../page';

const PAST = { code: 'raise-past', values: new Map(), text: 'From the server.' };
const SUBMIT = 'button[type=submit]';

let page: Page;
let asked: RaiseRequest[];
let raised: Raise[];
let failure: Error | undefined;

beforeAll(expectAct);

beforeEach(async () => {
  page = new Page();
  asked = [];
  raised = [];
  failure = undefined;
  const [standing] = documentWith({ standings: [wireBlocked()] }).standings;
  await page.show(
    <RaiseForm
      standing={standing}
      needed="1530"
      words={words}
      clock={() => Date.parse('2026-11-23T20:00:00Z')}
      ask={request => {
        asked.push(request);
        return failure === undefined
          ? Promise.resolve(parseRaise(wireRaise()))
          : Promise.reject(failure);
      }}
      onRaised={raise => raised.push(raise)}
      onBack={() => undefined}
    />
  );
});

afterEach(() => page.close());

describe('RaiseForm', () => {
  it('should suggest an amount and show what follows from it', () => {
    expect(page.find<HTMLInputElement>('[name=amount]').value).toBe('110000');
    expect(page.text).toContain('From 1,050,000 tokens to 1,160,000 tokens');
  });

  it('should ask for a reason first, at its field, and keep the focus there', async () => {
    await page.press(SUBMIT);
    expect(asked).toEqual([]);
    expect(page.alerts).toEqual([expect.stringContaining('Enter a reason')]);
    expect(document.activeElement).toBe(page.find('[name=reason]'));
  });

  it('should make the request that was entered', async () => {
    await page.write('[name=amount]', '50,000');
    await page.write('[name=reason]', 'demo');
    await page.write('[name=expiry]', 'hour');
    await page.press(SUBMIT);
    expect(asked).toEqual([
      {
        limitId: 'user/month/tokens',
        subject: 'alice',
        amount: '50000',
        reason: 'demo',
        expiresAt: '2026-11-23T21:00:00.000Z'
      }
    ]);
    expect(raised).toHaveLength(1);
  });

  it.each([
    [new RefusedError(403, 'Raises are off.'), /Ask an administrator. \(Raises are off\.\)/],
    [new RefusedError(400, 'amount is 0.'), /wasn't raised: amount is 0\./],
    [new RefusedError(400, 'late', PAST), /wasn't raised: expires_at is in the past/],
    [new AwayError('gone'), /Try again when the server is available/],
    [new AbsentError('Not Found'), /change the limit in the settings/]
  ])('should say in place what to do after %p, and lose nothing', async (error, words) => {
    failure = error;
    await page.write('[name=reason]', 'demo');
    await page.press(SUBMIT);
    expect(page.alerts).toEqual([expect.stringMatching(words)]);
    expect(page.find<HTMLTextAreaElement>('[name=reason]').value).toBe('demo');
    failure = undefined;
    await page.press(SUBMIT);
    expect(raised).toHaveLength(1);
  });
});
