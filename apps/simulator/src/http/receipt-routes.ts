import { type FastifyInstance } from 'fastify';
import { type Bank } from '../bank/bank.js';
import { type Operation } from '../bank/operation.js';

const escape = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').replace(/[\\()]/g, '\\$&');

/** One page of PDF 1.4, built by hand: header, five objects, cross-reference table. */
function pdfOf(lines: readonly string[]): Buffer {
  const shown = lines.map((line) => `(${escape(line)}) Tj T*`).join(' ');
  const content = `BT /F1 12 Tf 16 TL 50 780 Td ${shown} ET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let text = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const at = text.length;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return at;
  });
  const rows = offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('');
  const start = text.length;
  const size = objects.length + 1;
  text += `xref\n0 ${size}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${size} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`;
  return Buffer.from(text, 'latin1');
}

const linesOf = (operation: Operation, merchantName: string): readonly string[] => [
  'Receipt of the bank simulator. No money moved.',
  `Operation ${operation.operationId ?? ''}`,
  `Type ${operation.type}`,
  `Amount ${(operation.coinAmount / 100).toFixed(2)} UAH`,
  `Merchant ${merchantName}`,
  `Card ${operation.card?.mask.replaceAll('\u2022', '*') ?? '-'}`,
  `RRN ${operation.rrn ?? '-'}, approval code ${operation.approvalCode ?? '-'}`,
  `Processed ${new Date(operation.processedAt ?? operation.createdAt).toISOString()}`,
];

interface OfOperation {
  readonly Params: { readonly ecomOperationId: string; readonly operationId: string };
}

/** `receiptUrl` of callbacks and queries: both ids must be known, and nothing else is asked. */
export function registerReceiptRoutes(app: FastifyInstance, { book, merchants }: Bank): void {
  app.get<OfOperation>('/generate_receipt/:ecomOperationId/:operationId', ({ params }, reply) => {
    const operation = book.operation(params.ecomOperationId);
    if (operation?.operationId !== params.operationId || operation.status !== 'SUCCESS')
      return reply.code(404).send('');
    const merchantName = merchants.find(operation.merchantId)?.name ?? '';
    return reply.header('content-type', 'application/pdf').send(pdfOf(linesOf(operation, merchantName)));
  });
}
