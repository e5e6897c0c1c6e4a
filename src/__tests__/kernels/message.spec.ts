import type { KernelMessage } from '@jupyterlab/services';

import vectors from '../../../tests/vectors/kernel-message.json';
import { readKernelMessage, readUnderWay } from '../../kernels/message';
import { wireRecord } from '../samples';

function messageWith(content: unknown): KernelMessage.IMessage {
  return { header: { msg_type: 'comm_msg' }, content } as KernelMessage.IMessage;
}

function ours(data: unknown): KernelMessage.IMessage {
  return messageWith({ comm_id: 'llm-meter', data });
}

describe('the kernel message', () => {
  it.each(vectors)('should be read as the vectors say: $name', ({ content, page }) => {
    const { call, under_way } = { call: undefined, under_way: undefined, ...page };
    expect(readKernelMessage(messageWith(content))).toEqual(call);
    expect(readUnderWay(messageWith(content))).toEqual(under_way);
  });
});

describe('readKernelMessage', () => {
  it('should read the call that a kernel reports', () => {
    const message = ours({ version: 1, record: wireRecord() });
    expect(readKernelMessage(message)).toMatchObject({ callId: 'call-1', inputTokens: 346 });
  });

  it.each([
    ['the message of a widget', messageWith({ comm_id: 'widget-1', data: { version: 1 } })],
    ['a message without a comm', messageWith({ execution_state: 'idle' })],
    ['a version to come', ours({ version: 2, record: wireRecord() })],
    ['a record that is none', ours({ version: 1, record: { 'llm_meter.call.id': 'x' } })],
    ['no data', ours(undefined)]
  ])('should ignore %s', (_, message) => {
    expect(readKernelMessage(message)).toBeUndefined();
  });
});

describe('readUnderWay', () => {
  const stream = {
    'llm_meter.call.id': 'call-1',
    'llm_meter.call.started_at': '2026-11-23T20:00:00.000000Z',
    'llm_meter.cell.id': 'cell-1',
    pieces: 12
  };

  it('should read an answer under way, which is not a finished call', () => {
    const message = ours({ version: 1, under_way: stream });
    expect(readUnderWay(message)).toMatchObject({ cellId: 'cell-1', pieces: 12 });
    expect(readKernelMessage(message)).toBeUndefined();
  });

  it.each([
    ['a finished call', ours({ version: 1, record: wireRecord() })],
    ['an answer without an id', ours({ version: 1, under_way: { pieces: 1 } })]
  ])('should ignore %s', (_, message) => {
    expect(readUnderWay(message)).toBeUndefined();
  });
});
