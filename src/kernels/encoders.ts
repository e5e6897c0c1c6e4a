/**
 * Loads encoders on first use. The vocabularies are megabytes, in chunks of their own.
 */

import { Encoder } from '../core/count/encoder';
import type { EncodingName } from '../core/count/encodings';
import { unpackRanks } from '../core/count/ranks';

/** The vocabulary cannot be loaded: the server is away, or the installation is incomplete. */
export class EncoderError extends Error {
  override name = 'EncoderError';
}

/** The encoders of one thread. */
export class Encoders {
  /**
   * Loads an encoder; takes about a second the first time.
   *
   * @param name - the encoding.
   * @returns the encoder.
   * @throws {EncoderError} when its vocabulary cannot be loaded; the next call tries again.
   */
  async loadEncoder(name: EncodingName): Promise<Encoder> {
    const loading = this._loading.get(name) ?? load(name);
    this._loading.set(name, loading);
    try {
      return await loading;
    } catch (error) {
      this._loading.delete(name);
      throw new EncoderError(`The tokenizer ${name} cannot be loaded: ${String(error)}`);
    }
  }

  private readonly _loading = new Map<EncodingName, Promise<Encoder>>();
}

async function load(name: EncodingName): Promise<Encoder> {
  const { default: file } =
    name === 'o200k_base'
      ? await import('js-tiktoken/ranks/o200k_base')
      : await import('js-tiktoken/ranks/cl100k_base');
  return new Encoder(name, unpackRanks(file.bpe_ranks));
}
