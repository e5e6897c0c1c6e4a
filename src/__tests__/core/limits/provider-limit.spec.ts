import vectors from './provider-limits.json';
import { providerLimitOf } from '../../../core/limits/provider-limit';
import type { Status } from '../../../core/record/record';

describe('providerLimitOf', () => {
  it.each(vectors)(
    'should take $status $error_type of $provider for $limit',
    ({ status, provider, error_type, limit }) => {
      const call = {
        status: status as Status,
        providerName: provider ?? undefined,
        errorType: error_type ?? undefined
      };
      expect(providerLimitOf(call)).toBe(limit ?? undefined);
    }
  );
});
