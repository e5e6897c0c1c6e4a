import { DEEP_LINK, notebookPage, readDeepLink } from '../../core/deep-link';

describe('readDeepLink', () => {
  it.each([
    ['/lab/tree/a.ipynb', 'a.ipynb'],
    ['/lab/workspaces/auto-x/tree/my%20work/a%23b.ipynb', 'my work/a#b.ipynb'],
    ['/doc/tree/a.ipynb', 'a.ipynb'],
    ['/lab/tree/notebooks/tree/a.ipynb', 'notebooks/tree/a.ipynb'],
    ['/notebooks/%E7%AC%94%E8%AE%B0.ipynb', '笔记.ipynb']
  ])('should find the notebook of %s', (path, notebookPath) => {
    expect(readDeepLink({ path, search: '?llm-meter-cell=c%2F1', hash: '' })).toEqual({
      notebookPath,
      cellId: 'c/1',
      plainAddress: path
    });
  });

  it('should keep the rest of the address', () => {
    const address = {
      path: '/lab/tree/a.ipynb',
      search: '?reset&llm-meter-cell=x&token=t%20u',
      hash: '#end'
    };
    expect(readDeepLink(address)?.plainAddress).toBe('/lab/tree/a.ipynb?reset=&token=t+u#end');
  });

  it.each(['/lab', '/tree', '/lab/tree/%zz.ipynb', '/notebooks/%ff.ipynb'])(
    'should find no notebook in %s',
    path => {
      const link = readDeepLink({ path, search: '?llm-meter-cell=x', hash: '' });
      expect(link).toEqual({ notebookPath: undefined, cellId: 'x', plainAddress: path });
    }
  );

  it.each(['', '?cell=x', '?llm-meter-cell=', '?llm-meter-cells=x'])(
    'should be nothing without a cell: %s',
    search => {
      expect(readDeepLink({ path: '/lab/tree/a.ipynb', search, hash: '' })).toBeUndefined();
    }
  );
});

describe('notebookPage', () => {
  it.each(['a.ipynb', 'my work/a#b?.ipynb', '笔记/50%.ipynb'])(
    'should lead to %s where it is read again',
    notebookPath => {
      const { pathname, search, hash } = new URL(
        notebookPage('http://localhost:8888/user/x/', notebookPath, 'c&1')
      );
      const path = pathname.replace('/user/x', '');
      expect(`${path}${search}`).toMatch(DEEP_LINK);
      expect(readDeepLink({ path, search, hash })).toMatchObject({ notebookPath, cellId: 'c&1' });
    }
  );

  it('should have no query without a cell', () => {
    expect(notebookPage('http://h/', 'a.ipynb', undefined)).toBe('http://h/notebooks/a.ipynb');
  });
});
