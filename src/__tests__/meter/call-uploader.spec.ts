import { MeterClient } from '../../meter/client';
import { Courier } from '../../meter/call-uploader';
import { recordWith } from '../samples';
import { Standin } from '../standin';

const server = new Standin();
const record = recordWith({ 'llm_meter.call.id': 'output-1' });
let refusals: string[];
let courier: Courier;

beforeAll(() => server.start());
afterAll(() => server.stop());

beforeEach(() => {
  server.failure = undefined;
  server.records.length = 0;
  refusals = [];
  courier = new Courier(new MeterClient(server.settings), error => refusals.push(error.message));
});

describe('Courier', () => {
  it('should bring records once', async () => {
    await courier.send([record]);
    await courier.flush();
    expect(server.records.map(({ 'llm_meter.call.id': id }) => id)).toEqual(['output-1']);
  });

  it('should bring again what the server was away for', async () => {
    server.failure = { status: 503, body: {} };
    await courier.send([record]);
    server.failure = undefined;
    await courier.flush();
    expect(server.records).toHaveLength(1);
    expect(refusals).toEqual([]);
  });

  it('should tell of what the server part refuses, and go on', async () => {
    server.failure = { status: 400, body: { message: 'no time in it' } };
    await courier.send([record]);
    server.failure = undefined;
    await courier.send([recordWith({ 'llm_meter.call.id': 'output-2' })]);
    expect(refusals).toEqual(['no time in it']);
    expect(server.records.map(({ 'llm_meter.call.id': id }) => id)).toEqual(['output-2']);
  });
});
