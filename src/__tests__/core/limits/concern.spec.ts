import { concerns, projectOf } from '../../../core/limits/concern';
import type { Wire } from '../../samples';
import { documentWith, wireLimit, wireStanding } from '../../samples';

const PLACE = { path: 'vision/a.ipynb', kernelId: 'k1', project: 'vision' };
const OWNER = { user: 'alice', team: 'research' };

function isConcerned(scope: string, subject: string, changes: Wire = {}, owner = OWNER): boolean {
  const standing = wireStanding({ limit: wireLimit({ scope, ...changes }), subject });
  const { standings } = documentWith({ standings: [standing] });
  return concerns(standings[0], { owner, places: [PLACE] });
}

describe('concerns', () => {
  it.each([
    ['user', 'alice', 'bob'],
    ['team', 'research', 'sales'],
    ['project', 'vision', 'billing'],
    ['notebook', 'vision/a.ipynb', 'vision/b.ipynb'],
    ['kernel', 'k1', 'k2']
  ])('should tell the own %s from another', (scope, own, other) => {
    expect(isConcerned(scope, own)).toBe(true);
    expect(isConcerned(scope, other)).toBe(false);
  });

  it.each(['key', 'model', 'provider'])('should take any %s to be within reach', scope => {
    expect(isConcerned(scope, 'any')).toBe(true);
  });

  it('should go by the project that the server names for all calls', () => {
    const owner = { ...OWNER, project: 'billing' };
    expect(isConcerned('project', 'billing', {}, owner)).toBe(true);
    expect(isConcerned('project', 'vision', {}, owner)).toBe(false);
  });

  it('should take any team to be within reach where the user has none', () => {
    expect(isConcerned('team', 'sales', {}, { user: 'alice' } as typeof OWNER)).toBe(true);
  });

  it('should leave limits of notebooks and projects out where none is open', () => {
    const standing = documentWith({
      standings: [wireStanding({ limit: wireLimit({ scope: 'notebook' }), subject: 'a.ipynb' })]
    }).standings[0];
    expect(concerns(standing, { places: [] })).toBe(false);
  });

  it('should take a limit of local mode to be the one user’s', () => {
    const { standings } = documentWith({ standings: [wireStanding({ subject: undefined })] });
    expect(concerns(standings[0], { places: [] })).toBe(true);
  });
});

describe('projectOf', () => {
  it.each([
    ['vision/a.ipynb', undefined, 'vision'],
    ['a.ipynb', undefined, undefined],
    ['vision/a.ipynb', { project: 'other' }, 'other'],
    ['vision/a.ipynb', { project: '' }, 'vision'],
    ['vision/a.ipynb', 7, 'vision']
  ])('should find the project of %s with %p', (path, metadata, project) => {
    expect(projectOf(path, metadata)).toBe(project);
  });
});
