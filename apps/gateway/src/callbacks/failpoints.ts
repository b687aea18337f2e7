/** A callback: known as ours, kept, read, worked off; and a customer who is back. */
export const CALLBACK_FAILPOINTS = [
  'callback.due',
  'callback.kept',
  'callback.read',
  'callback.settled',
  'return.hinted',
] as const;
