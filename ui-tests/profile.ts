/**
 * The browser of a worker, which keeps JupyterLab's files and their compiled code from one test to the next.
 *
 * To load JupyterLab anew is most of what a page costs. What a page itself stores is gone before the next test.
 */

import type {
  BrowserContext,
  BrowserContextOptions,
  BrowserType,
  LaunchOptions
} from '@playwright/test';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export class Profile {
  private constructor(
    readonly context: BrowserContext,
    private readonly folder: string
  ) {}

  /** Starts a browser with a profile of its own. */
  static async open(
    type: BrowserType,
    options: LaunchOptions & BrowserContextOptions
  ): Promise<Profile> {
    const folder = mkdtempSync(join(tmpdir(), 'llm-meter-profile-'));
    return new Profile(await type.launchPersistentContext(folder, options), folder);
  }

  /** Forgets what the pages of an origin have stored. */
  async forget(origin: string): Promise<void> {
    const [page] = this.context.pages();
    const session = await this.context.newCDPSession(page);
    const storageTypes = 'local_storage,indexeddb,cache_storage,service_workers';
    await session.send('Storage.clearDataForOrigin', { origin, storageTypes });
    await session.detach();
  }

  /** Closes what a test has opened; the first page stays, since a browser ends with its last. */
  async clear(): Promise<void> {
    const [, ...pages] = this.context.pages();
    await Promise.all(pages.map(page => page.close()));
    await this.context.clearCookies();
  }

  /** Ends the browser. */
  async close(): Promise<void> {
    await this.context.close();
    rmSync(this.folder, { recursive: true });
  }
}
