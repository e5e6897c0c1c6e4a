import { MeterModel } from '../../meter/model';
import type { IMeterChange } from '../../tokens';
import { documentWith, recordWith } from '../samples';

/** A model whose changes are emitted when `flush` is called. */
function setUp(): { model: MeterModel; flush: () => void; changes: () => number } {
  let callbacks: (() => void)[] = [];
  let changes = 0;
  const model = new MeterModel(callback => callbacks.push(callback));
  model.stateChanged.connect(() => {
    changes += 1;
  });
  const flush = (): void => {
    const due = callbacks;
    callbacks = [];
    due.forEach(callback => callback());
  };
  return { model, flush, changes: () => changes };
}

describe('MeterModel', () => {
  it('should have no figures at first', () => {
    expect(setUp().model.snapshot).toEqual({ connection: 'loading' });
  });

  it('should emit many changes at once', () => {
    const { model, flush, changes } = setUp();
    model.loadPushed(documentWith({ seq: 1 }));
    model.loadPushed(documentWith({ seq: 2 }));
    model.addPendingCall(recordWith());
    expect(changes()).toBe(0);
    flush();
    flush();
    expect(changes()).toBe(1);
  });

  it('should count a pending call until its event comes, and never twice', () => {
    const { model } = setUp();
    const used = (): string | undefined => model.snapshot.document?.standings[0].used;
    model.loadAnswer(documentWith({ seq: 1 }), model.markRequest());
    model.addPendingCall(recordWith());
    model.addPendingCall(recordWith());
    expect(used()).toBe('812723');
    model.loadPushed(documentWith({ seq: 2, call_ids: ['call-1'] }));
    expect(used()).toBe('812345');
    model.addPendingCall(recordWith());
    expect(used()).toBe('812345');
  });

  it('should take back a call that the answer to a later request does not have', () => {
    const { model } = setUp();
    model.loadAnswer(documentWith(), model.markRequest());
    model.addPendingCall(recordWith());
    model.loadAnswer(documentWith(), model.markRequest());
    expect(model.hasPending).toBe(false);
  });

  it('should keep a call that was reported while the answer was under way', () => {
    const { model } = setUp();
    const mark = model.markRequest();
    model.addPendingCall(recordWith());
    model.loadAnswer(documentWith(), mark);
    expect(model.hasPending).toBe(true);
  });

  it('should not let an answer replace a document that was pushed after the request', () => {
    const { model } = setUp();
    const mark = model.markRequest();
    model.loadPushed(documentWith({ seq: 13 }));
    model.loadAnswer(documentWith({ seq: 12 }), mark);
    expect(model.snapshot.document?.seq).toBe(13);
  });

  it.each([
    [13, true],
    [14, false],
    [1, false]
  ])('should return after 12 whether %p follows: %p', (seq, isNext) => {
    const { model } = setUp();
    model.loadAnswer(documentWith({ seq: 12 }), model.markRequest());
    expect(model.loadPushed(documentWith({ seq }))).toBe(isNext);
  });

  it('should keep the last figures when the server goes away', () => {
    const { model } = setUp();
    model.loadAnswer(documentWith(), model.markRequest());
    model.markUnavailable('away');
    expect(model.snapshot).toMatchObject({ connection: 'away', document: { seq: 12 } });
  });

  it('should forget what went wrong when it is right again', () => {
    const { model } = setUp();
    model.markUnavailable('failed', 'The ledger cannot be read.');
    model.loadAnswer(documentWith(), model.markRequest());
    expect(model.snapshot.reason).toBeUndefined();
  });

  describe('stateChanged', () => {
    /** The change after some events, beginning with a document of sequence number 12. */
    function changeAfter(act: (model: MeterModel) => void): IMeterChange {
      const { model, flush } = setUp();
      model.loadAnswer(documentWith({ seq: 12 }), model.markRequest());
      flush();
      const changes: IMeterChange[] = [];
      model.stateChanged.connect((_, change) => changes.push(change));
      act(model);
      flush();
      expect(changes).toHaveLength(1);
      return changes[0];
    }

    it('should say what changed, and name the calls of all events since', () => {
      const change = changeAfter(model => {
        model.loadPushed(documentWith({ seq: 13, call_ids: ['a'] }));
        model.loadPushed(documentWith({ seq: 14, call_ids: ['b', 'c'] }));
      });
      expect(change).toEqual({
        parts: new Set(['document', 'connection']),
        committedIds: ['a', 'b', 'c'],
        areCommitsMissed: false
      });
    });

    it('should say only what changed', () => {
      const { parts } = changeAfter(model => model.addPendingCall(recordWith()));
      expect([...parts]).toEqual(['pending']);
    });

    it.each([
      ['an event was lost', (model: MeterModel) => model.loadPushed(documentWith({ seq: 14 }))],
      [
        'the service was restarted',
        (model: MeterModel) => model.loadPushed(documentWith({ seq: 1 }))
      ],
      [
        'the connection came back',
        (model: MeterModel) => {
          model.markUnavailable('away');
          model.loadAnswer(documentWith({ seq: 12 }), model.markRequest());
        }
      ],
      [
        'this page counts',
        (model: MeterModel) => model.loadLocalDocument(documentWith({ seq: 13 }))
      ]
    ])('should say that commits may be missed when %s', (_, act) => {
      expect(changeAfter(act).areCommitsMissed).toBe(true);
    });
  });
});
