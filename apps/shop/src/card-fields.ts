import { type CardFields, type GatewayClient, GatewayError } from './gateway-client.js';

/** A new version of the gateway has new addresses for its scripts. Milliseconds. */
const KEEP_MS = 60_000;

/** Whether customers can enter a card on the shop's own page: where the gateway has the bank's key for it. */
export class CardFieldsOffer {
  #known: { readonly fields: CardFields | undefined; readonly atMs: number } | undefined;

  /** @param now milliseconds since 1970 */
  constructor(
    private readonly gateway: GatewayClient,
    private readonly now: () => number,
  ) {}

  async current(): Promise<CardFields | undefined> {
    if (this.#known === undefined || this.now() - this.#known.atMs > KEEP_MS)
      this.#known = { fields: await this.#ask(), atMs: this.now() };
    return this.#known.fields;
  }

  /** Whatever is wrong with them, the bank's page is still there. */
  async #ask(): Promise<CardFields | undefined> {
    try {
      return await this.gateway.cardFields();
    } catch (error) {
      if (error instanceof GatewayError) return undefined;
      throw error;
    }
  }
}
