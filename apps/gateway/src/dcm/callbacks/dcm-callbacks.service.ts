import { Inject, Injectable } from '@nestjs/common';
import { type CallbackName, CALLBACKS, DcmCallbacks, DcmError, readNotice } from '#libs/dcm';
import { AuditService } from '../../audit/audit.service.js';
import { type DcmConfig } from '../../config/dcm-config.js';
import { DecisionLog } from '../bank-auth/decision-log.service.js';
import { TokenBuckets } from '../../timing/token-buckets.js';
import { DCM_CONFIG } from '../dcm-config.token.js';
import { CallbackInbox } from '../store/callback-inbox.js';
import { CALLBACK_ADDRESSES, CALLBACK_KINDS, examine, NOTICES } from './callback-kinds.js';
import { CallbackRefusal } from './callback-refusal.js';

/** As it came. */
export interface IncomingCallback {
  /** `CX-Authorization`. */
  readonly requestToken: string | undefined;
  readonly contentType: string;
  readonly body: Uint8Array;
}

/** Unsigned notices a second that each process keeps: anybody can send one. */
const NOTICES_PER_SECOND = 50;
/** Characters of a subject: ids of DCM are UUIDs, those of registers short texts. */
const MAX_SUBJECT = 200;

/**
 * Keeps what DCM tells us. A signed callback is verified before it is kept, since a 200 approves a payment; a notice that
 * nobody signed is only a reason to ask DCM, which a job does.
 */
@Injectable()
export class DcmCallbacksService {
  private readonly notices = new TokenBuckets({ perSecond: NOTICES_PER_SECOND });

  constructor(
    private readonly callbacks: DcmCallbacks,
    private readonly inbox: CallbackInbox,
    private readonly log: DecisionLog,
    private readonly audit: AuditService,
    @Inject(DCM_CONFIG) private readonly config: DcmConfig,
  ) {}

  /** @param address last segment of its path @throws CallbackRefusal */
  async receive(address: string, incoming: IncomingCallback): Promise<void> {
    const kinds = Object.hasOwn(CALLBACK_ADDRESSES, address) ? CALLBACK_ADDRESSES[address] : undefined;
    if (!kinds || !CALLBACK_KINDS[kinds.signed].isServed(this.config)) throw new CallbackRefusal('not_ours');
    const { requestToken } = incoming;
    if (requestToken === undefined && kinds.unsigned) {
      await this.keepNotice(kinds.unsigned, incoming);
      return;
    }
    const claims = await this.verify({ ...incoming, requestToken: requestToken ?? '' });
    await this.keep(kinds.signed, claims);
  }

  /** @param notice last segment of its path @throws CallbackRefusal */
  async receiveNotice(notice: string, incoming: IncomingCallback): Promise<void> {
    const kind = Object.hasOwn(NOTICES, notice) ? NOTICES[notice] : undefined;
    if (!kind) throw new CallbackRefusal('not_ours');
    await this.keepNotice(kind, incoming);
  }

  private async verify(incoming: IncomingCallback & { readonly requestToken: string }): Promise<object> {
    try {
      return await this.callbacks.verify(incoming);
    } catch (error) {
      if (!(error instanceof DcmError)) throw error;
      throw new CallbackRefusal(error.reason === 'content_type' ? 'media_type' : 'denied');
    }
  }

  private async keepNotice(kind: CallbackName, { contentType, body }: IncomingCallback): Promise<void> {
    if (!/^application\/json\s*(?:;|$)/iu.test(contentType)) throw new CallbackRefusal('media_type');
    if (!this.notices.take('all')) throw new CallbackRefusal('too_many');
    await this.keep(
      kind,
      readable(() => readNotice(body)),
    );
  }

  private async keep(kind: CallbackName, claims: object): Promise<void> {
    const subject = this.subjectOf(kind, claims);
    const { id, isFresh, isSame } = await this.inbox.keep({ kind, subject, claims });
    const detail = { callback: id, kind, subject };
    if (!isSame) {
      await this.audit.record({ actor: 'gateway', action: 'dcm_callback.differ', detail });
      throw new CallbackRefusal('differs');
    }
    const isSigned = CALLBACKS[kind].proof === 'signed'; // of notices, only what DCM says is noted
    if (isFresh && isSigned) await this.audit.record({ actor: 'gateway', action: 'dcm_callback.keep', detail });
  }

  /** @throws CallbackRefusal where the members are wrong, or meant for somebody else */
  private subjectOf(kind: CallbackName, claims: object): string {
    const { isOurs, subject } = readable(() => examine(kind, claims, this.config));
    if (!isOurs) {
      this.log.record({ call: kind, allowed: false, reason: 'OTHER_RECEIVER' });
      throw new CallbackRefusal('not_ours');
    }
    const isStorable = subject.length <= MAX_SUBJECT && !subject.includes('\0') && subject.isWellFormed();
    if (!isStorable) throw new CallbackRefusal('unreadable');
    return subject;
  }
}

function readable<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof DcmError)) throw error;
    throw new CallbackRefusal('unreadable');
  }
}
