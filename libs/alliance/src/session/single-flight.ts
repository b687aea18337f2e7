/** Concurrent callers of one key share one promise; a failure is forgotten with it. */
export class SingleFlight<T> {
  private readonly flights = new Map<string, Promise<T>>();

  has(key: string): boolean {
    return this.flights.has(key);
  }

  /** What is under way now. Never rejects. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.flights.values());
  }

  run(key: string, work: () => Promise<T>): Promise<T> {
    const inFlight = this.flights.get(key);
    if (inFlight) return inFlight;
    const flight = work().finally(() => this.flights.delete(key));
    this.flights.set(key, flight);
    return flight;
  }
}
