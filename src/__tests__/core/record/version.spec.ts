import manifest from '../../../../package.json';
import { VERSION } from '../../../core/record/version';

describe('VERSION', () => {
  it('should be that of the package', () => {
    expect(VERSION).toBe(manifest.version);
  });
});
