import { LocalCalls } from '../../local/local-calls';
import type { ILocalMeter } from '../../meter/backend';
import { CallStore } from '../../meter/call-store';
import { MeterClient } from '../../meter/client';
import { LocalModeError } from '../../core/errors';
import { recordWith } from '../samples';
import { Standin } from '../standin';

const server = new Standin();
const kept = recordWith({ 'llm_meter.call.id': 'local-1' });
const localMode: { meter: ILocalMeter | undefined } = { meter: undefined };
let store: CallStore;

beforeAll(async () => {
  await server.start();
  store = new CallStore(new MeterClient(server.settings), localMode);
});

afterAll(() => server.stop());

async function newest(): Promise<string> {
  return (await store.listCalls({ limit: '1' })).calls[0].callId;
}

describe('CallStore', () => {
  it('should read from the server extension, and in local mode from the page, at any moment', async () => {
    expect(await newest()).toBe('call-1');
    localMode.meter = {
      calls: new LocalCalls(() => [kept])
    } as Partial<ILocalMeter> as ILocalMeter;
    expect(store.hasLedger).toBe(false);
    expect(await newest()).toBe('local-1');
    await expect(store.getUsage({ group_by: 'model' })).rejects.toBeInstanceOf(LocalModeError);
    localMode.meter = undefined;
    expect(store.hasLedger).toBe(true);
    expect(await newest()).toBe('call-1');
  });
});
