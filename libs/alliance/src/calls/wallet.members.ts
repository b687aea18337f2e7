import { z } from 'zod';

/** What Apple's sheet gives the page. The amount is inside `data`. Source: bank docs, "Apple Pay, encrypted". */
export const applePaymentToken = z.looseObject({
  paymentData: z.looseObject({
    data: z.string().min(1),
    signature: z.string().min(1),
    version: z.string().min(1),
    header: z.looseObject({
      publicKeyHash: z.string().min(1),
      ephemeralPublicKey: z.string().min(1),
      transactionId: z.string().min(1),
    }),
  }),
  paymentMethod: z.looseObject({ displayName: z.string(), network: z.string(), type: z.string() }),
  transactionIdentifier: z.string().min(1),
});

/** What Google's sheet gives the page, with the gateway's members. Source: bank docs, "Google Pay, encrypted". */
export const googlePaymentData = z.looseObject({
  apiVersion: z.int(),
  apiVersionMinor: z.int(),
  paymentMethodData: z.looseObject({
    description: z.string(),
    info: z.looseObject({
      assuranceDetails: z.looseObject({ accountVerified: z.boolean(), cardHolderAuthenticated: z.boolean() }),
      cardDetails: z.string(),
      cardNetwork: z.string(),
    }),
    tokenizationData: z.looseObject({ token: z.string().min(1), type: z.string() }),
    type: z.string(),
  }),
  merchantInfo: z.looseObject({ merchantId: z.string().min(1), gateway: z.string().min(1) }),
});

export const googleEnvironment = z.enum(['TEST', 'PRODUCTION']);
