import { findingsOf, reportOf } from '../../../core/words/diagnostics';
import { documentWith, trans, wireProblem } from '../../samples';

describe('findingsOf', () => {
  it('should say that all is well', () => {
    const report = reportOf(findingsOf({ connection: 'live', document: documentWith() }, trans));
    expect(report).toMatch(
      /Connection:\n  connected\nService:\n  no problems\nKernels:\n  All running kernels are metered/
    );
  });

  it('should name what is not metered and what is wrong', () => {
    const document = documentWith({
      state: { level: 'degraded', problems: [wireProblem('disk-full', 'Disk full.')] },
      unmetered: [{ kernel_id: 'k1', name: 'ir', path: 'r.ipynb', reason: 'language' }],
      version: '0.0.9'
    });
    const report = reportOf(findingsOf({ connection: 'live', document }, trans));
    expect(report).toMatch(/Server extension:\n  0\.0\.9/);
    expect(report).toMatch(/Disk full\./);
    expect(report).toMatch(/r\.ipynb:\n  Not metered: The kernel \(ir\) is not a Python kernel/);
  });

  it('should claim nothing of kernels that it does not know', () => {
    expect(reportOf(findingsOf({ connection: 'absent' }, trans))).toMatch(/Kernels:\n  unknown/);
  });
});
