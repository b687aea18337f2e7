import { v7 } from 'uuid';

/** `acc` merchant account · `key` API key · `pay` payment · `ver` verification · `link` payment link · `po` payout · `card` saved card · `plan` plan · `sub` subscription · `rr` request about either, `dif` difference of schedules · `op` operation · `ref` refund · `cb` callback · `evt` event · `we` webhook endpoint, `ws` its secret, `wd` delivery · `aud` audit entry · `reg` register of the bank, `brk` break, `swp` look at the bank without a register · `obj` object, `rul` rule, `dec` decision, `dcb` callback and `rcv` receiver of DCM */
export type IdPrefix =
  | 'acc'
  | 'key'
  | 'pay'
  | 'ver'
  | 'link'
  | 'po'
  | 'card'
  | 'plan'
  | 'sub'
  | 'rr'
  | 'dif'
  | 'op'
  | 'ref'
  | 'cb'
  | 'evt'
  | 'we'
  | 'ws'
  | 'wd'
  | 'aud'
  | 'reg'
  | 'brk'
  | 'swp'
  | 'obj'
  | 'rul'
  | 'dec'
  | 'dcb'
  | 'rcv';

/** A UUIDv7 in hex behind its prefix: sorts by time of creation. */
export const newId = (prefix: IdPrefix): string => `${prefix}_${v7().replaceAll('-', '')}`;
