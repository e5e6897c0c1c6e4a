import type { Event } from '@jupyterlab/services';
import { Stream } from '@lumino/signaling';

import { MeterClient } from '../../meter/client';
import { MeterFeed, STANDING_EVENT } from '../../meter/feed';
import { MeterModel } from '../../meter/model';
import type { Wire } from '../samples';
import { recordWith, wireDocument } from '../samples';
import { Standin, until } from '../standin';

let server: Standin;
let stream: Stream<Event.IManager, Event.Emission>;
let model: MeterModel;
let feed: MeterFeed;

beforeEach(async () => {
  server = new Standin();
  await server.start();
  stream = new Stream<Event.IManager, Event.Emission>({} as Event.IManager);
  model = new MeterModel(callback => callback());
  feed = new MeterFeed(new MeterClient(server.settings), model, stream);
});

afterEach(async () => {
  feed.dispose();
  await server.stop();
});

function emit(changes: Wire, schemaId = STANDING_EVENT): void {
  stream.emit({ ...wireDocument(changes), schema_id: schemaId });
}

describe('MeterFeed', () => {
  it('should request the figures once at the start', async () => {
    await feed.refresh();
    expect(model.snapshot).toMatchObject({ connection: 'live', document: { seq: 12 } });
    expect(server.requests).toEqual(['GET standing']);
  });

  it('should load an event without a request', async () => {
    await feed.refresh();
    emit({ seq: 13 });
    expect(model.snapshot.document?.seq).toBe(13);
    expect(server.requests).toHaveLength(1);
  });

  it('should request the figures again when an event was lost', async () => {
    await feed.refresh();
    server.document = wireDocument({ seq: 14 });
    emit({ seq: 14 });
    await until(() => server.requests.length === 2);
  });

  it('should request the figures again when the service was restarted', async () => {
    await feed.refresh();
    server.document = wireDocument({ seq: 1 });
    emit({ seq: 1 });
    await until(() => server.requests.length === 2);
  });

  it("should ignore other extensions' events", async () => {
    await feed.refresh();
    emit({ seq: 99 }, 'https://events.jupyter.org/jupyter_server/contents_service/v1');
    expect(model.snapshot.document?.seq).toBe(12);
  });

  it('should say so when an event cannot be read', () => {
    emit({ standings: 'none' });
    expect(model.snapshot).toMatchObject({
      connection: 'failed',
      reason: 'standing.standings is not a list'
    });
  });

  it('should make one more request for what changed while one was under way', async () => {
    await Promise.all([feed.refresh(), feed.refresh(), feed.refresh()]);
    expect(server.requests).toHaveLength(2);
  });

  it('should not try again where there is no server extension', async () => {
    server.failure = { status: 404, body: {} };
    await feed.refresh();
    expect(model.snapshot.connection).toBe('absent');
    expect(server.requests).toHaveLength(1);
  });

  it('should say what the server said', async () => {
    server.failure = { status: 403, body: { message: 'Not for you.' } };
    await feed.refresh();
    expect(model.snapshot).toMatchObject({ connection: 'failed', reason: 'Not for you.' });
  });

  it('should reconnect when the server is back', async () => {
    server.failure = { status: 503, body: {} };
    await feed.refresh();
    expect(model.snapshot.connection).toBe('away');
    server.failure = undefined;
    await until(() => model.snapshot.connection === 'live');
  });

  it('should not ask once more while it is trying anyway', async () => {
    server.failure = { status: 503, body: {} };
    await feed.refresh();
    feed.checkConnection();
    expect(server.requests).toHaveLength(1);
  });

  it('should say that events do not arrive, ask when the user comes back, and take it back', async () => {
    await feed.refresh();
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    server.document = wireDocument({ seq: 14 });
    await feed.refresh();
    expect(model.snapshot.areEventsMissing).toBeUndefined();
    jest.runOnlyPendingTimers();
    jest.useRealTimers();
    expect(model.snapshot.areEventsMissing).toBe(true);
    feed.refreshOnReturn();
    await until(() => server.requests.length === 3);
    emit({ seq: 15 });
    expect(model.snapshot.areEventsMissing).toBeUndefined();
  });

  it('should not mark events as missing when one came in time', async () => {
    await feed.refresh();
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
    server.document = wireDocument({ seq: 13 });
    await feed.refresh();
    emit({ seq: 13 });
    jest.runOnlyPendingTimers();
    jest.useRealTimers();
    expect(model.snapshot.areEventsMissing).toBeUndefined();
  });

  describe('with a call that the ledger does not confirm', () => {
    afterEach(() => {
      jest.useRealTimers();
    });

    it('should request the figures and take the call back', async () => {
      await feed.refresh();
      jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] });
      model.addPendingCall(recordWith());
      feed.awaitConfirmation();
      jest.runOnlyPendingTimers();
      jest.useRealTimers();
      await until(() => !model.hasPending);
      expect(server.requests).toHaveLength(2);
    });
  });
});
