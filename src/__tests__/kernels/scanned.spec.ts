import type { Snapshot } from '../../core/record/snapshot';
import { ScannedKernels } from '../../kernels/scanned';
import { documentWith } from '../samples';

const document = documentWith({ unmetered: [{ kernel_id: 'r', reason: 'language' }] });

function kernels(snapshot: Snapshot): ScannedKernels {
  return new ScannedKernels(() => snapshot);
}

describe('ScannedKernels', () => {
  it('should have the kernels that the server extension names as unmetered', () => {
    const scanned = kernels({ connection: 'live', document });
    expect([scanned.has('r'), scanned.has('python')]).toEqual([true, false]);
  });

  it('should keep to what the server extension last said while it is away', () => {
    const scanned = kernels({ connection: 'away', document });
    expect([scanned.has('r'), scanned.has('python')]).toEqual([true, false]);
  });

  it('should have every kernel without a server extension, save those whose tap was heard', () => {
    const scanned = kernels({ connection: 'absent' });
    scanned.addTap('python');
    expect([scanned.has('r'), scanned.has('python')]).toEqual([true, false]);
  });

  it('should have none before it is known who meters, and none when switched off', () => {
    const off = kernels({ connection: 'absent' });
    off.isOn = false;
    expect([kernels({ connection: 'loading' }).has('r'), off.has('r')]).toEqual([false, false]);
  });
});
