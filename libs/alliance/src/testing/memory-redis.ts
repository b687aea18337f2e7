/**
 * What a store needs of Redis, in the words of the package `redis`; in the memory of this process.
 * @example
 * const redis = new MemoryRedis();
 * await redis.set('lock', 'mine', { NX: true, PX: 5_000 }); // => 'OK'
 * await redis.set('lock', 'yours', { NX: true }); // => null
 */
export class MemoryRedis {
  readonly #values = new Map<string, { readonly value: string; readonly until: number }>();

  /** @returns null where there is none, or where its time is over */
  get(key: string): Promise<string | null> {
    return Promise.resolve(this.#find(key));
  }

  /** @returns null where `NX` found a value */
  set(key: string, value: string, { NX = false, PX = Infinity } = {}): Promise<string | null> {
    if (NX && this.#find(key) !== null) return Promise.resolve(null);
    this.#values.set(key, { value, until: performance.now() + PX });
    return Promise.resolve('OK');
  }

  /** @returns how many there were */
  del(key: string): Promise<number> {
    return Promise.resolve(Number(this.#values.delete(key)));
  }

  #find(key: string): string | null {
    const found = this.#values.get(key);
    return found && found.until > performance.now() ? found.value : null;
  }
}
