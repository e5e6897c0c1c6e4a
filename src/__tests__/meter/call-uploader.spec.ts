import { MeterClient } from '../../meter/client';
import { CallUploader } from '../../meter/call-uploader';
import { recordWith } from '../samples';
import { Standin } from '../standin';

const server = new Standin();
const record = recordWith({ 'llm_meter.call.id': 'output-1' });
let refusals: string[];
let uploader: CallUploader;

beforeAll(() => server.start());
afterAll(() => server.stop());

beforeEach(() => {
  server.failure = undefined;
  server.records.length = 0;
  refusals = [];
  uploader = new CallUploader(new MeterClient(server.settings), error =>
    refusals.push(error.message)
  );
});

describe('CallUploader', () => {
  it('should upload records once', async () => {
    await uploader.upload([record]);
    await uploader.flush();
    expect(server.records.map(({ 'llm_meter.call.id': id }) => id)).toEqual(['output-1']);
  });

  it('should upload again what the server did not get', async () => {
    server.failure = { status: 503, body: {} };
    await uploader.upload([record]);
    server.failure = undefined;
    await uploader.flush();
    expect(server.records).toHaveLength(1);
    expect(refusals).toEqual([]);
  });

  it('should report what the server extension refuses, and continue', async () => {
    server.failure = { status: 400, body: { message: 'no time in it' } };
    await uploader.upload([record]);
    server.failure = undefined;
    await uploader.upload([recordWith({ 'llm_meter.call.id': 'output-2' })]);
    expect(refusals).toEqual(['no time in it']);
    expect(server.records.map(({ 'llm_meter.call.id': id }) => id)).toEqual(['output-2']);
  });
});
