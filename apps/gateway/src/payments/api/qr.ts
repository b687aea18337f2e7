import { crc32, deflateSync } from 'node:zlib';
import encodeQR from 'qr';
import { type QrQuery } from './payment.dto.js';

/** Bars of white around the code that scanners need. Source: ISO/IEC 18004. */
const QUIET_ZONE = 4;
/** Pixels of one square. The longest address makes an image of about 800. */
const SCALE = 6;

interface Drawing {
  readonly type: string;
  readonly body: string | Buffer;
}

/** A QR code of a text, which a phone reads from a screen or from paper. */
export function drawQr(text: string, format: QrQuery['format']): Drawing {
  const options = { ecc: 'medium', border: QUIET_ZONE } as const;
  if (format === 'svg') return { type: 'image/svg+xml', body: encodeQR(text, 'svg', options) };
  return { type: 'image/png', body: pngOf(encodeQR(text, 'raw', { ...options, scale: SCALE })) };
}

const SIGNATURE = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');

/** Black on white, one bit a pixel. Source: RFC 2083. */
function pngOf(rows: readonly (readonly boolean[])[]): Buffer {
  const side = rows.length;
  const header = Buffer.from([0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]); // depth 1, grey, no interlacing
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  const lines = rows.map((row) => {
    const line = Buffer.alloc(1 + Math.ceil(side / 8)); // the first byte: no filter
    for (const [x, dark] of row.entries()) {
      const at = 1 + (x >> 3);
      if (!dark) line[at] = (line[at] ?? 0) | (0x80 >> (x & 7));
    }
    return line;
  });
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.concat(lines))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}
