import { LocalCalls } from '../../local/local-calls';
import { LocalModeError } from '../../core/errors';
import { recordWith } from '../samples';

const calls = ['a', 'b', 'c'].map(id =>
  recordWith({
    'llm_meter.call.id': id,
    'llm_meter.notebook.path': id === 'c' ? 'other.ipynb' : 'a.ipynb',
    'llm_meter.cell.id': 'cell-1'
  })
);
const store = new LocalCalls(() => calls);

describe('LocalCalls', () => {
  it('should list as many calls as asked for, or all', async () => {
    const page = await store.listCalls({ limit: '2' });
    expect(page.calls.map(({ callId }) => callId)).toEqual(['a', 'b']);
    expect((await store.listCalls({})).calls).toHaveLength(3);
  });

  it("should sum a notebook's cells, and say which calls are in the sums", async () => {
    const { cells, callIds } = await store.listCells('a.ipynb');
    expect(callIds).toEqual(['a', 'b']);
    expect(cells).toMatchObject([{ cellId: 'cell-1', runs: [{ calls: 2, openCalls: 0 }] }]);
  });

  it('should say that it cannot answer what needs the ledger', async () => {
    await expect(store.listCalls({ sort: 'cost' })).rejects.toThrow('server extension');
    await expect(store.getUsage()).rejects.toBeInstanceOf(LocalModeError);
    await expect(store.listFormats()).rejects.toBeInstanceOf(LocalModeError);
    expect(() => store.exportUrl()).toThrow(LocalModeError);
  });
});
