/** @jest-environment jsdom */

import * as React from 'react';

import type { Raise } from '../../../core/limits/raise';
import { parseRaise } from '../../../core/limits/raise';
import type { Owner } from '../../../core/record/standing';
import { AwayError } from '../../../core/errors';
import { Raises } from '../../../ui/raises/raise-history';
import { documentWith, wireRaise, words } from '../../samples';
import { expectAct, Page } from '../page';

let page: Page;
let answers: (() => Promise<readonly Raise[]>)[];

beforeAll(expectAct);

beforeEach(() => {
  page = new Page();
});

afterEach(() => page.close());

async function show(owner?: Owner): Promise<void> {
  await page.show(
    <Raises
      listRaises={() => answers.shift()?.() ?? Promise.reject(new Error('asked too often'))}
      standings={documentWith().standings}
      owner={owner}
      words={words}
    />
  );
}

describe('Raises', () => {
  it('should show who raised which limit, by how much, why and until when', async () => {
    const unknown = parseRaise(wireRaise({ id: 'raise-2', limit_id: 'team/day/USD', user: null }));
    answers = [() => Promise.resolve([parseRaise(wireRaise()), unknown])];
    await show();
    expect(page.textsOf('tbody tr:nth-child(1) td').slice(1)).toEqual([
      'alice',
      'This month',
      '50,000 tokens',
      expect.stringContaining('12/1'),
      'The evaluation has to finish.'
    ]);
    expect(page.textsOf('tbody tr:nth-child(2) td').slice(1, 3)).toEqual([
      'unknown',
      'team/day/USD'
    ]);
  });

  it("should name another user's limit after the user", async () => {
    answers = [() => Promise.resolve([parseRaise(wireRaise({ subject: 'bob' }))])];
    await show({ user: 'alice' });
    expect(page.textsOf('tbody td')[2]).toBe('User bob this month');
  });

  it('should say that nothing has been raised', async () => {
    answers = [() => Promise.resolve([])];
    await show();
    expect(page.text).toBe('No limits have been raised.');
  });

  it('should try again after a failure', async () => {
    answers = [() => Promise.reject(new AwayError('Gone.')), () => Promise.resolve([])];
    await show();
    expect(page.alerts).toEqual([expect.stringContaining("Couldn't reach the Jupyter server.")]);
    await page.click('Try again');
    expect(page.text).toBe('No limits have been raised.');
  });
});
