/** @jest-environment jsdom */

import * as React from 'react';

import { AbsentError, AwayError } from '../../../core/errors';
import type { Diagnosis } from '../../../core/record/diagnosis';
import { parseDiagnosis } from '../../../core/record/diagnosis';
import { Diagnostics } from '../../../ui/diagnostics/findings';
import { words } from '../../samples';
import { expectAct, Page } from '../page';

const FOUND = parseDiagnosis({
  ok: false,
  findings: [
    {
      area: 'ledger',
      subject: '/ledger.sqlite3',
      verdict: 'good',
      code: 'ledger-none',
      values: {},
      text: ''
    },
    {
      area: 'kernelspec',
      subject: 'old',
      verdict: 'bad',
      code: 'python-no-tap',
      values: { version: '3.9.1', python: '/opt/python' },
      text: ''
    }
  ],
  not_seen: [{ code: 'outside', text: '' }]
});
const PAGE = [{ name: 'Connection', lines: ['connected'] }];

let page: Page;
let asked: number;
let answer: () => Promise<Diagnosis>;

beforeAll(expectAct);

beforeEach(() => {
  page = new Page();
  asked = 0;
  answer = () => Promise.resolve(FOUND);
});

afterEach(() => page.close());

function load(): Promise<Diagnosis> {
  asked += 1;
  return answer();
}

async function show(): Promise<void> {
  const checks = { diagnose: load, testChannels: () => Promise.resolve([]) };
  await page.show(<Diagnostics findings={PAGE} checks={checks} words={words} />);
}

describe('Diagnostics', () => {
  it('should show what the server finds, what is wrong first, with what to do', async () => {
    await show();
    expect(page.textsOf('tbody tr').map(text => text.replace(/\s+/g, ' '))).toEqual([
      'Kernelspecold' +
        'ProblemPython 3.9.1: the tap does not start there; run `jupyter llm-meter tap install --python /opt/python`.',
      'Ledger/ledger.sqlite3In orderCreated at the first call.'
    ]);
    expect(page.textsOf('dt')).toEqual(['Connection']);
    expect(page.text).toContain('Python started outside the lab');
  });

  it('should say that it checks while the server does', async () => {
    answer = () => new Promise(() => undefined);
    await show();
    expect(page.textsOf('[role=status]')).toContain(
      'Checking the ledger, environments, and spool. This takes a few seconds.'
    );
    expect(page.has('table')).toBe(false);
  });

  it('should check again when the button is pressed', async () => {
    await show();
    await page.click('Check again');
    expect(asked).toBe(2);
  });

  it('should say why the server found nothing, and offer another try', async () => {
    answer = () => Promise.reject(new AwayError('Gone.'));
    await show();
    expect(page.alerts[0]).toContain("Couldn't reach the Jupyter server.");
    answer = () => Promise.resolve(FOUND);
    await page.click('Try again');
    expect(page.has('table')).toBe(true);
  });

  it('should say that an older server extension has no doctor', async () => {
    answer = () => Promise.reject(new AbsentError('Not Found'));
    await show();
    expect(page.alerts[0]).toContain('older than this page');
  });

  it('should name the command where there is no server extension', async () => {
    await page.show(<Diagnostics findings={PAGE} words={words} />);
    expect(page.textsOf('pre')).toEqual(['jupyter llm-meter doctor']);
  });
});
