import { z } from 'zod';

/** An address of the developer's own, on this machine or elsewhere. */
export const webAddress = z
  .url({ protocol: /^https?$/u, error: 'must be an http or https address' })
  .transform((text) => new URL(text).href);
