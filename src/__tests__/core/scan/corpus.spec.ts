import * as fs from 'fs';
import * as path from 'path';

import { RunScanner } from '../../../core/scan/run';
import type { Row } from './score';
import { scoreRow } from './score';

const CORPUS =
  process.env.LLM_METER_CORPUS ?? path.resolve(__dirname, '../../../../../shared/corpus');
const FILE = path.join(CORPUS, 'printed-forms.jsonl');

if (fs.existsSync(FILE)) {
  const rows = fs
    .readFileSync(FILE, 'utf-8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Row);

  describe('on the recorded outputs of public notebooks the scanner', () => {
    it('should read at least 98 of 100 printed calls with all figures right', () => {
      const scores = rows.map(row => scoreRow(row, new RunScanner()));
      const expected = scores.reduce((sum, score) => sum + score.expected.length, 0);
      const right = scores.reduce((sum, score) => sum + score.right, 0);
      expect(expected).toBeGreaterThan(100);
      expect(right / expected).toBeGreaterThanOrEqual(0.98);
    });

    it('should find nothing that is not there', () => {
      const wrong = rows.filter(row => {
        const { found, right } = scoreRow(row, new RunScanner());
        return found.length > right;
      });
      expect(wrong.map(({ id }) => id)).toEqual([]);
    });
  });
} else {
  describe('the recorded outputs', () => {
    it.skip(`are not here: no ${path.basename(FILE)} in the folder that LLM_METER_CORPUS names`, () =>
      undefined);
  });
}
