/** An event: to be given its place in the feed, given it; a delivery: about to be posted, posted, recorded. */
export const WEBHOOK_FAILPOINTS = [
  'webhook.publishing',
  'webhook.published',
  'webhook.posting',
  'webhook.posted',
  'webhook.recorded',
] as const;
