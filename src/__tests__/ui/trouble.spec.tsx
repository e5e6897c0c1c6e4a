/** @jest-environment jsdom */

import * as React from 'react';

import {
  AbsentError,
  AnswerError,
  AwayError,
  ClientError,
  LocalModeError,
  RefusedError
} from '../../core/errors';
import { Trouble } from '../../ui/trouble';
import { words } from '../samples';
import { expectAct, Page } from './page';

const SILENT = { code: 'ledger-silent', values: new Map(), text: 'From the server.' };

let page: Page;

beforeAll(expectAct);

beforeEach(() => {
  page = new Page();
});

afterEach(() => page.close());

describe('Trouble', () => {
  it.each([
    [new AwayError('TypeError: Failed to fetch'), "Couldn't reach the Jupyter server."],
    [new AbsentError('no route'), /server extension is older than this page/],
    [new AnswerError('rows is 7'), /don't fit together/],
    [new LocalModeError(), /needs the LLM Meter server extension/],
    [new RefusedError(503, 'From the server.', SILENT), 'The ledger does not answer'],
    [new RefusedError(400, 'no such filter'), 'The server refused the request: no such filter'],
    [new ClientError('odd'), 'odd']
  ])('should say in the words of the page what %p means', async ({ failure }, text) => {
    await page.show(<Trouble answer={{ failure, isStale: false }} words={words} />);
    expect(page.alerts).toEqual([expect.stringMatching(text)]);
  });
});
