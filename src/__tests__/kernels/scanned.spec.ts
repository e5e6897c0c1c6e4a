import type { Snapshot } from '../../core/record/snapshot';
import { ScannedKernels } from '../../kernels/scanned';
import { documentWith } from '../samples';

const document = documentWith({ unmetered: [{ kernel_id: 'r', reason: 'language' }] });

function kernels(snapshot: Snapshot): ScannedKernels {
  return new ScannedKernels(() => snapshot);
}

describe('ScannedKernels', () => {
  it('should read the kernels that the server extension lists as unmetered', () => {
    const scanned = kernels({ connection: 'live', document });
    expect([scanned.has('r'), scanned.has('python')]).toEqual([true, false]);
  });

  it('should keep to what the server extension last said while it is away', () => {
    const scanned = kernels({ connection: 'away', document });
    expect([scanned.has('r'), scanned.has('python')]).toEqual([true, false]);
  });

  it('should read every kernel without a server extension, except those whose tap has sent a message', () => {
    const scanned = kernels({ connection: 'absent' });
    scanned.addTap('python');
    expect([scanned.has('r'), scanned.has('python')]).toEqual([true, false]);
  });

  it('should read what a shell prints beside a tap only with the server extension', () => {
    const off = kernels({ connection: 'live', document });
    off.isOn = false;
    const shells = [
      kernels({ connection: 'live', document }),
      kernels({ connection: 'local' }),
      off
    ];
    expect(shells.map(scanned => scanned.hasShell('python'))).toEqual([true, false, false]);
  });

  it('should read no kernel before the first figures, and none when switched off', () => {
    const off = kernels({ connection: 'absent' });
    off.isOn = false;
    expect([kernels({ connection: 'loading' }).has('r'), off.has('r')]).toEqual([false, false]);
  });
});
