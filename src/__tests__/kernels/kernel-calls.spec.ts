import { Signal } from '@lumino/signaling';

import type { IPanel } from '../../kernels/kernel-calls';
import { KernelCalls } from '../../kernels/kernel-calls';
import { wireRecord } from '../samples';
import { message, Session } from './session';

const FINISHED = { comm_id: 'llm-meter', data: { version: 1, record: wireRecord() } };
const UNDER_WAY = {
  comm_id: 'llm-meter',
  data: {
    version: 1,
    under_way: {
      'llm_meter.call.id': 'call-2',
      'llm_meter.call.started_at': '2026-11-23T20:00:00.000000Z',
      pieces: 3
    }
  }
};

let calls: KernelCalls;
let heard: unknown[];

beforeEach(() => {
  calls = new KernelCalls();
  heard = [];
  calls.finished.connect((_, { record, sessions }) =>
    heard.push(['finished', record.callId, record.notebookPath, sessions.length])
  );
  calls.underWay.connect((_, { callId, kernelId }) => heard.push(['under way', callId, kernelId]));
  calls.tapSeen.connect((_, kernelId) => heard.push(['tap', kernelId]));
  calls.output.connect((_, output) => heard.push(['output', output.message.header.msg_type]));
  calls.kernelEnded.connect((_, kernelId) => heard.push(['ended', kernelId]));
});

describe('KernelCalls', () => {
  it('should sort what a tap reports from what a kernel puts out', () => {
    const session = new Session();
    calls.follow(session.context);
    session.iopubMessage.emit(message('comm_msg', FINISHED));
    session.iopubMessage.emit(message('comm_msg', UNDER_WAY));
    session.iopubMessage.emit(message('comm_msg', { comm_id: 'widget', data: {} }));
    session.iopubMessage.emit(message('stream', { name: 'stdout', text: '' }));
    expect(heard).toEqual([
      ['tap', 'k-1'],
      ['finished', 'call-1', 'a.ipynb', 1],
      ['tap', 'k-1'],
      ['under way', 'call-2', 'k-1'],
      ['output', 'comm_msg'],
      ['output', 'stream']
    ]);
  });

  it('should see the tap in a message that only a later version can read', () => {
    const session = new Session();
    calls.follow(session.context);
    session.iopubMessage.emit(message('comm_msg', { comm_id: 'llm-meter', data: { version: 9 } }));
    expect(heard).toEqual([['tap', 'k-1']]);
  });

  it("should report a call once to a notebook and its console, with the notebook's path", () => {
    const console = new Session('console-1', 'console');
    const sessions = [console, new Session(), new Session('b.ipynb', 'notebook', 'k-2')];
    sessions.forEach(({ context }) => calls.follow(context));
    const finished = message('comm_msg', FINISHED);
    console.iopubMessage.emit(finished);
    sessions[1].iopubMessage.emit(finished);
    expect(heard).toEqual([
      ['tap', 'k-1'],
      ['finished', 'call-1', 'a.ipynb', 2]
    ]);
  });

  it('should follow every panel once, now and later', () => {
    const [first, second] = [new Session(), new Session('b.ipynb')];
    const widgetAdded = new Signal<object, IPanel>({});
    calls.followAll({
      forEach: visit => visit({ sessionContext: first.context }),
      widgetAdded
    });
    [first, second].forEach(({ context }) => widgetAdded.emit({ sessionContext: context }));
    first.iopubMessage.emit(message('stream', {}));
    second.iopubMessage.emit(message('stream', {}));
    expect(heard).toHaveLength(2);
  });

  it.each([
    ['restarting', [['ended', 'k-1']]],
    ['dead', [['ended', 'k-1']]],
    ['busy', []]
  ])('should report that a kernel ends when it is %s: %j', (status, expected) => {
    const session = new Session();
    calls.follow(session.context);
    session.statusChanged.emit(status);
    expect(heard).toEqual(expected);
  });
});
