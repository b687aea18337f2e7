import { z } from 'zod';

const script = z.object({
  url: z.url().meta({ examples: ['https://pay.example/browser/card-fields.2f1c9b7a6d5e4f30.js'] }),
  integrity: z.string().meta({ examples: ['sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC'] }),
});

export const hostedFieldsView = z
  .object({
    object: z.literal('hosted_fields'),
    merchantAccountId: z.string(),
    shopOrigins: z
      .array(z.string())
      .meta({ description: 'Pages of these origins may show the fields, and no others.' }),
    frameUrl: z.url().meta({ description: 'What `mount` is given.' }),
    scripts: z
      .object({
        cardFields: script.meta({ description: 'Shows the fields in your page.' }),
        cardEncryption: script.meta({ description: 'Encrypts cards that your own page takes, as an ES module.' }),
      })
      .meta({
        description:
          'Addresses change with each version of the gateway, what is behind one never does. Read this when you render the page.',
      }),
    livemode: z.boolean(),
  })
  .meta({ id: 'HostedFields', description: 'What a page of the shop needs to take cards. Nothing of it is secret.' });
export type HostedFieldsView = z.output<typeof hostedFieldsView>;

/** Of the frame's address. */
export const frameQuery = z.object({
  origin: z.string().max(300).catch(''),
  locale: z.enum(['uk', 'en']).catch('uk'),
  theme: z.enum(['auto', 'light', 'dark']).catch('auto'),
});
export type FrameQuery = z.output<typeof frameQuery>;
