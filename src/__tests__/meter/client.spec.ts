import { MeterClient } from '../../meter/client';
import { readChannelTest } from '../../meter/diagnosis';
import { AbsentError, AnswerError, AwayError, RefusedError } from '../../core/errors';
import { recordWith, wireRecord, wireStanding, wireTotals } from '../samples';
import { Standin } from '../standin';

const HOSTILE = 'a/b&c=<d> ?#%';
const server = new Standin();
let client: MeterClient;

beforeAll(async () => {
  await server.start();
  client = new MeterClient(server.settings);
});

beforeEach(() => {
  server.failure = undefined;
});

afterAll(() => server.stop());

describe('MeterClient', () => {
  it('should read the standing', async () => {
    expect((await client.getStanding()).standings[0].used).toBe('812345');
  });

  it('should read the last calls', async () => {
    const { calls } = await client.listCalls({ limit: '8' });
    expect(calls).toMatchObject([{ callId: 'call-1' }]);
  });

  it('should send found calls by their wire names', async () => {
    const { callId, ...record } = recordWith({ 'gen_ai.response.id': 'chatcmpl-1' });
    expect(await client.postCalls([{ callId: 'output-1', ...record }])).toEqual(['output-1']);
    expect(callId).toBe('call-1');
    expect(server.records).toEqual([
      wireRecord({ 'llm_meter.call.id': 'output-1', 'gen_ai.response.id': 'chatcmpl-1' })
    ]);
  });

  it('should say which cell is sent to a kernel', async () => {
    await client.postRun({ kernelId: 'k-1', requestId: 'r-1', cellId: 'c-1' });
    expect(server.runs).toEqual([{ kernel_id: 'k-1', run_id: 'r-1', cell_id: 'c-1' }]);
  });

  it('should win a claim once', async () => {
    const claims = [
      await client.claimAlert('alert-1', 'tab-1'),
      await client.claimAlert('alert-1', 'tab-2')
    ];
    expect(claims).toEqual([true, false]);
  });

  it('should acknowledge an alert', async () => {
    await client.acknowledgeAlert('alert-7');
    expect(server.acknowledged).toContain('alert-7');
  });

  it('should raise a limit, and list what was raised', async () => {
    const request = { limitId: 'user/month/tokens', amount: '50000', reason: 'demo' };
    const raise = await client.postRaise(request);
    expect(raise).toMatchObject({ amount: '50000', reason: 'demo' });
    expect(server.raises).toEqual([
      { limit_id: 'user/month/tokens', amount: '50000', reason: 'demo' }
    ]);
    expect(await client.listRaises()).toEqual([raise]);
  });

  it('should say why a raise was not granted', async () => {
    server.failure = { status: 403, body: { message: 'Raises are switched off.' } };
    const failure = client.postRaise({ limitId: 'x', amount: '1', reason: 'demo' });
    await expect(failure).rejects.toMatchObject({
      status: 403,
      message: 'Raises are switched off.'
    });
  });

  it('should say that the server extension is not running', async () => {
    server.failure = { status: 404, body: { message: 'Not Found' } };
    await expect(client.getStanding()).rejects.toBeInstanceOf(AbsentError);
  });

  it('should pass on what the server says went wrong', async () => {
    server.failure = { status: 500, body: { message: 'The ledger cannot be read.' } };
    const failure = client.getStanding();
    await expect(failure).rejects.toBeInstanceOf(RefusedError);
    await expect(failure).rejects.toThrow('The ledger cannot be read.');
  });

  it('should treat a proxy without a server behind it as a server that is away', async () => {
    server.failure = { status: 502, body: {} };
    await expect(client.getStanding()).rejects.toBeInstanceOf(AwayError);
  });

  it('should say that the server does not answer', async () => {
    const gone = new Standin();
    await gone.start();
    const { settings } = gone;
    await gone.stop();
    await expect(new MeterClient(settings).getStanding()).rejects.toBeInstanceOf(AwayError);
  });

  it('should name what is wrong with an answer', async () => {
    server.failure = { status: 200, body: { seq: 1 } };
    const failure = client.getStanding();
    await expect(failure).rejects.toBeInstanceOf(AnswerError);
    await expect(failure).rejects.toThrow('standing.state');
  });

  it('should not take an empty answer for a standing', async () => {
    server.document = { standings: [wireStanding()] };
    await expect(client.getStanding()).rejects.toBeInstanceOf(AnswerError);
  });

  it('should read sums by group', async () => {
    server.failure = { status: 200, body: { rows: [wireTotals({ group: HOSTILE })] } };
    expect(await client.getUsage({ group_by: 'model' })).toMatchObject([
      { group: HOSTILE, isRest: false, calls: 3, cost: '0.0123' }
    ]);
  });

  it('should read what became of test messages', async () => {
    server.failure = { status: 200, body: { channels: [{ channel: 'ops', delivered: true }] } };
    expect(readChannelTest(await client.testChannels())).toEqual([
      { channel: 'ops', isDelivered: true, problem: undefined }
    ]);
    expect(() => readChannelTest({ channels: [{}] })).toThrow(AnswerError);
  });

  it('should read a page of calls and the way to the next', async () => {
    server.failure = { status: 200, body: { calls: [wireRecord()], next_cursor: 'more' } };
    expect(await client.listCalls({})).toMatchObject({
      calls: [{ callId: 'call-1' }],
      nextCursor: 'more'
    });
  });

  it('should read what of a page is in the archive', async () => {
    const archive = { calls: 3, until: '2026-03-31T23:59:59Z', is_needed: true, removed_calls: 0 };
    server.failure = { status: 200, body: { calls: [], archive } };
    expect((await client.listCalls({})).archive).toEqual({
      until: '2026-03-31T23:59:59Z',
      isNeeded: true
    });
  });

  it('should treat a page without a cursor as the last one', async () => {
    expect((await client.listCalls({})).nextCursor).toBeUndefined();
  });

  it('should say that the server extension is older', async () => {
    await expect(client.listFormats()).rejects.toBeInstanceOf(AbsentError);
  });

  it('should name what is wrong with an answer', async () => {
    server.failure = { status: 200, body: { formats: 'csv' } };
    await expect(client.listFormats()).rejects.toBeInstanceOf(AnswerError);
  });

  it('should write any name into an address so that it comes out the same', () => {
    const url = new URL(client.exportUrl({ format: 'csv', model: HOSTILE, project: '' }));
    expect(url.pathname).toBe('/base/llm-meter/api/v1/export');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      format: 'csv',
      model: HOSTILE,
      project: ''
    });
  });
});
