import { type Tool } from '../../audit/tool.js';
import { EXAM } from './exam.tool.js';
import { LISTEN } from './listen.tool.js';

/** For whoever writes a receiver of webhooks. */
export const WEBHOOK_TOOLS: readonly Tool[] = [LISTEN, EXAM];
