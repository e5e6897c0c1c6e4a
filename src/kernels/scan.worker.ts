/**
 * The scanner in a Web Worker, for texts that would block the page.
 */

import { scanText } from '../core/scan/text';
import type { ReadAnswer, ReadRequest } from './text-reader';

self.onmessage = ({ data }: MessageEvent<ReadRequest>): void => {
  const answer: ReadAnswer = { id: data.id, readings: scanText(data.output, data.patterns) };
  self.postMessage(answer);
};
