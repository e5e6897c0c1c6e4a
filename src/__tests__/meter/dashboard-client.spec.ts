import { DashboardClient } from '../../meter/dashboard-client';
import { AbsentError, AnswerError } from '../../meter/request';
import { wireRecord, wireTotals } from '../samples';
import { Standin } from '../standin';

const HOSTILE = 'a/b&c=<d> ?#%';
const server = new Standin();
let client: DashboardClient;

beforeAll(async () => {
  await server.start();
  client = new DashboardClient(server.settings);
});

beforeEach(() => {
  server.failure = undefined;
});

afterAll(() => server.stop());

describe('DashboardClient', () => {
  it('should read sums by group', async () => {
    server.failure = { status: 200, body: { rows: [wireTotals({ group: HOSTILE })] } };
    expect(await client.getUsage({ group_by: 'model' })).toMatchObject([
      { group: HOSTILE, isRest: false, calls: 3, cost: '0.0123' }
    ]);
  });

  it('should read a page of calls and the way to the next', async () => {
    server.failure = { status: 200, body: { calls: [wireRecord()], next_cursor: 'more' } };
    expect(await client.listCalls({})).toMatchObject({
      calls: [{ callId: 'call-1' }],
      nextCursor: 'more'
    });
  });

  it('should take a page without a cursor for the last', async () => {
    expect((await client.listCalls({})).nextCursor).toBeUndefined();
  });

  it('should tell that the server part is older', async () => {
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
