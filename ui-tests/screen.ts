/**
 * What a user does and sees: runs cells, reads the gauge, opens the popover.
 */

import { expect, type Locator, type Page } from '@playwright/test';
import { join } from 'node:path';

/** The gauge of the page. */
export function gauge(page: Page): Locator {
  return page.locator('.jp-LLMMeter-Gauge');
}

/** Waits until the gauge shows these many tokens, to the last one. */
export async function expectTokens(page: Page, tokens: number, limit: number): Promise<void> {
  const figures = `${tokens.toLocaleString('en-US')} of ${limit.toLocaleString('en-US')} tokens`;
  await expect(gauge(page)).toHaveAttribute('title', new RegExp(`(^|\\s)${figures}`), {
    timeout: 60_000
  });
}

/** Opens a page of the lab and waits for the gauge to be live. */
export async function openLab(page: Page, url: string): Promise<void> {
  await page.goto(url);
  await expect(gauge(page)).not.toHaveAttribute('data-level', 'unknown', {
    timeout: 90_000
  });
}

/** Starts one cell; before the kernel is there, JupyterLab would pass over the key or ask for a kernel. */
export async function startCell(page: Page, index: number): Promise<Locator> {
  // The indicator says idle also before there is a kernel.
  await expect(page.locator('.jp-KernelName')).toHaveText(/^(?!No Kernel)./, { timeout: 60_000 });
  const indicator = page.locator('.jp-Notebook-ExecutionIndicator');
  await expect(indicator).toHaveAttribute('data-status', 'idle', { timeout: 60_000 });
  const cell = page.locator('.jp-Notebook .jp-CodeCell').nth(index);
  // A notebook that is still settling can pass over the key.
  await expect(async () => {
    await cell.locator('.jp-InputArea-editor').click();
    await page.keyboard.press('Shift+Enter');
    await expect(cell.locator('.jp-InputPrompt')).not.toHaveText('[ ]:', { timeout: 5_000 });
  }).toPass({ timeout: 60_000 });
  return cell;
}

/** Runs one cell and waits for its end. */
export async function runCell(page: Page, index: number): Promise<void> {
  const cell = await startCell(page, index);
  await expect(cell.locator('.jp-InputPrompt')).toHaveText(/\[\d+\]:/, {
    timeout: 120_000
  });
  await expect(cell.locator('.jp-OutputArea-output[data-mime-type$="stderr"]')).toHaveCount(0);
}

/** Runs one cell that ends in an error, and waits until the error is shown. */
export async function runCellThatFails(page: Page, index: number): Promise<void> {
  const cell = await startCell(page, index);
  await expect(cell.locator('.jp-OutputArea-output[data-mime-type$="stderr"]')).toBeVisible({
    timeout: 120_000
  });
}

/** Reads the figure that a cell printed after `tokens:`. */
export async function printedTokens(page: Page, index: number): Promise<number> {
  const output = page.locator('.jp-Notebook .jp-CodeCell').nth(index).locator('.jp-OutputArea');
  const found = /tokens: (\d+)/.exec(await output.innerText());
  return Number(found?.[1]);
}

/** Restarts the kernel of the notebook by the menu. */
export async function restartKernel(page: Page): Promise<void> {
  await page.getByRole('menuitem', { name: 'Kernel', exact: true }).click();
  await page.getByRole('menuitem', { name: /^Restart Kernel…/ }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Confirm Kernel Restart' }).click();
}

/** The program, on a page that exposes it. */
interface Program {
  readonly serviceManager: {
    readonly contents: { rename(path: string, newPath: string): Promise<unknown> };
  };
}

/** Renames a file or folder as the file browser does, on a page that exposes the program. */
export async function rename(page: Page, path: string, newPath: string): Promise<void> {
  await page.evaluate(
    async ([from, to]) => {
      const { jupyterapp } = window as unknown as { jupyterapp: Program };
      await jupyterapp.serviceManager.contents.rename(from, to);
    },
    [path, newPath]
  );
}

/** The toasts that warn of a limit. */
export function toasts(page: Page): Locator {
  return page.locator('.Toastify__toast', { hasText: / of .* used\./ });
}

/** The dialog at the limit. */
export function limitDialog(page: Page): Locator {
  return page.locator('.jp-Dialog', { hasText: 'LLM limit reached' });
}

/** Closes the open dialog with the keyboard. JupyterLab moves the focus into it a moment after it is shown. */
export async function closeDialog(page: Page): Promise<void> {
  const dialog = page.locator('.jp-Dialog');
  await expect(dialog.locator(':focus')).toHaveCount(1);
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
}

/** Takes a picture for the documentation, when `LLM_METER_SCREENSHOTS` asks for it. */
export async function picture(page: Page | Locator, name: string): Promise<void> {
  if (process.env.LLM_METER_SCREENSHOTS !== undefined) {
    const path = join(__dirname, '..', 'docs', 'screenshots', `${name}.png`);
    await page.screenshot({ path, animations: 'disabled' });
  }
}
