import { test } from '../fixtures';
import { replayCell } from '../providers';
import { expectTokens, openLab, restartKernel, runCell } from '../screen';

const LIMIT = 1_000_000;

test('shows the true sum of real calls, and keeps it through restarts and a reload', async ({
  page,
  startLab,
  replay
}) => {
  const [openai, others] = replay.plans;
  const lab = await startLab({ environment: replay.environment });
  lab.writeNotebook('work.ipynb', [replayCell(openai), replayCell(others)]);
  await openLab(page, lab.url('lab/tree/work.ipynb'));
  await expectTokens(page, 0, LIMIT);

  await test.step('after the calls of the first cell', async () => {
    await runCell(page, 0);
    await expectTokens(page, openai.tokens, LIMIT);
  });
  const total = openai.tokens + others.tokens;
  await test.step('after the calls of the second cell', async () => {
    await runCell(page, 1);
    await expectTokens(page, total, LIMIT);
  });
  await test.step('after a restart of the kernel', async () => {
    await restartKernel(page);
    await expectTokens(page, total, LIMIT);
  });
  await test.step('after a reload of the page', async () => {
    await page.reload();
    await expectTokens(page, total, LIMIT);
  });
  await test.step('after a crash of the server', async () => {
    await lab.stop('SIGKILL');
    await lab.start();
    await openLab(page, lab.url('lab/tree/work.ipynb'));
    await expectTokens(page, total, LIMIT);
  });
});
