/** @jest-environment jsdom */

import * as React from 'react';

import { AbsentError, AwayError } from '../../../core/errors';
import type { ChannelOutcome } from '../../../core/record/channel-test';
import { parseChannelTest } from '../../../core/record/channel-test';
import { ChannelTest } from '../../../ui/diagnostics/channel-test';
import { words } from '../../samples';
import { expectAct, Page } from '../page';

const OUTCOMES = parseChannelTest({
  channels: [
    { channel: 'desk', delivered: true },
    {
      channel: 'team',
      delivered: false,
      problem: { code: 'delivery-status', values: { status: '500' }, text: 'From the server.' }
    },
    { channel: '', delivered: false }
  ]
});

let page: Page;
let sent: number;
let answer: () => Promise<readonly ChannelOutcome[]>;

beforeAll(expectAct);

beforeEach(async () => {
  page = new Page();
  sent = 0;
  answer = () => Promise.resolve(OUTCOMES);
  await page.show(<ChannelTest test={test} words={words} />);
});

afterEach(() => page.close());

function test(): Promise<readonly ChannelOutcome[]> {
  sent += 1;
  return answer();
}

describe('ChannelTest', () => {
  it('should send nothing before the button is pressed', () => {
    expect(sent).toBe(0);
    expect(page.has('table')).toBe(false);
  });

  it('should show the outcome of each channel', async () => {
    await page.click('Send test messages');
    expect(page.textsOf('tbody tr')).toEqual([
      'deskDelivered',
      'teamNot delivered: HTTP status 500',
      'All channelsNot delivered'
    ]);
    expect(page.textsOf('[role=status]')).toEqual(['1 of 3 test messages delivered.']);
  });

  it('should say that it sends, and not send twice meanwhile', async () => {
    answer = () => new Promise(() => undefined);
    await page.click('Send test messages');
    await page.click('Send test messages');
    expect(sent).toBe(1);
    expect(page.textsOf('[role=status]')).toEqual(['Sending. This takes a minute at most.']);
    expect(page.button('Send test messages').disabled).toBe(false);
  });

  it('should say that no channel is set up', async () => {
    answer = () => Promise.resolve([]);
    await page.click('Send test messages');
    expect(page.textsOf('[role=status]')).toEqual(['No alert channel is set up.']);
    expect(page.has('table')).toBe(false);
  });

  it('should say why nothing was sent, and send when pressed again', async () => {
    answer = () => Promise.reject(new AwayError('Gone.'));
    await page.click('Send test messages');
    expect(page.alerts[0]).toContain("Couldn't reach the Jupyter server.");
    answer = () => Promise.resolve(OUTCOMES);
    await page.click('Send test messages');
    expect(page.alerts).toEqual([]);
    expect(page.has('table')).toBe(true);
  });

  it('should say that an older server extension can not test channels', async () => {
    answer = () => Promise.reject(new AbsentError('Not Found'));
    await page.click('Send test messages');
    expect(page.alerts[0]).toContain('older than this page');
  });
});
