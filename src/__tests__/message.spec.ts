import type { KernelMessage } from '@jupyterlab/services';

import { readKernelMessage } from '../message';
import { wireRecord } from './samples';

function messageWith(content: unknown): KernelMessage.IMessage {
  return { header: { msg_type: 'comm_msg' }, content } as KernelMessage.IMessage;
}

function ours(data: unknown): KernelMessage.IMessage {
  return messageWith({ comm_id: 'llm-meter', data });
}

describe('readKernelMessage', () => {
  it('should read the call that a kernel tells of', () => {
    const message = ours({ version: 1, record: wireRecord() });
    expect(readKernelMessage(message)).toMatchObject({ callId: 'call-1', inputTokens: 346 });
  });

  it.each([
    ['the message of a widget', messageWith({ comm_id: 'widget-1', data: { version: 1 } })],
    ['a message without a comm', messageWith({ execution_state: 'idle' })],
    ['a version to come', ours({ version: 2, record: wireRecord() })],
    ['a record that is none', ours({ version: 1, record: { 'llm_meter.call.id': 'x' } })],
    ['no data', ours(undefined)]
  ])('should leave %s alone', (_, message) => {
    expect(readKernelMessage(message)).toBeUndefined();
  });
});
