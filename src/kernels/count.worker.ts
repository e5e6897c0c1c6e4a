/**
 * The tokenizers in a Web Worker: loading one and counting a long text would each hold up the page.
 */

import { CountJobs } from './count-jobs';
import type { CountRequest } from './count-jobs';

const jobs = new CountJobs(answer => self.postMessage(answer));

self.onmessage = ({ data }: MessageEvent<CountRequest>): void => jobs.handleRequest(data);
