import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Controller, Get, Header, NotFoundException, Param, Res } from '@nestjs/common';
import { type FastifyReply } from 'fastify';
import { ApiDocuments } from './api-documents.js';

/** Everything comes from this server, so that the page works offline. */
const PAGE_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";
const SWAGGER_UI = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const ASSETS: Readonly<Record<string, string>> = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
};

@Controller()
export class DocsController {
  private readonly openApi: string;
  private readonly problemsPage: string;

  constructor({ openApi, problems, failures }: ApiDocuments) {
    this.openApi = JSON.stringify(openApi, null, 2);
    this.problemsPage = problemsPage(problems, failures);
  }

  @Get('openapi.json')
  @Header('content-type', 'application/json; charset=utf-8')
  document(): string {
    return this.openApi;
  }

  @Get('docs')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', PAGE_POLICY)
  page(): string {
    return PAGE;
  }

  @Get('docs/start.js')
  @Header('content-type', 'text/javascript; charset=utf-8')
  start(): string {
    return "SwaggerUIBundle({ url: 'openapi.json', dom_id: '#docs', deepLinking: true, tryItOutEnabled: true, persistAuthorization: false });";
  }

  @Get('docs/problems')
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('content-security-policy', PAGE_POLICY)
  problems(): string {
    return this.problemsPage;
  }

  @Get('docs/assets/:name')
  async asset(@Param('name') name: string, @Res() reply: FastifyReply): Promise<void> {
    const type = Object.hasOwn(ASSETS, name) ? ASSETS[name] : undefined;
    if (type === undefined) throw new NotFoundException('No such file.');
    void reply
      .type(type)
      .header('cache-control', 'public, max-age=3600')
      .send(await readFile(join(SWAGGER_UI, name)));
  }
}

const page = (title: string, head: string, content: string): string => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>${head}</head><body>${content}</body></html>`;

/** Its links are relative, so that they hold under the prefix of a proxy, too. */
const PAGE = page(
  'Alliance Gateway API',
  '<link rel="stylesheet" href="docs/assets/swagger-ui.css"><link rel="icon" href="data:,">',
  '<div id="docs"></div><script src="docs/assets/swagger-ui-bundle.js"></script><script src="docs/start.js"></script>',
);

const STYLE = `<style>body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1f24}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.5rem;border-bottom:1px solid #d8dee4;vertical-align:top}
code{font-size:.9em}tr:target{background:#fff8c5}</style><link rel="icon" href="data:,">`;

const row = (code: string, cells: readonly (string | number)[]): string =>
  `<tr id="${code}"><td><code>${code}</code></td>${cells.map((cell) => `<td>${escapeHtml(String(cell))}</td>`).join('')}</tr>`;
const table = (heads: readonly string[], rows: readonly string[]): string =>
  `<table><thead><tr>${heads.map((head) => `<th>${head}</th>`).join('')}</tr></thead><tbody>${rows.join('')}</tbody></table>`;

const problemsPage = (problems: ApiDocuments['problems'], failures: ApiDocuments['failures']): string =>
  page(
    'Problems of the Alliance Gateway API',
    STYLE,
    `<h1>Problems</h1><p>Errors are RFC 9457 documents. <code>code</code> is stable: branch on it, not on texts.</p>
${table(
  ['code', 'status', 'meaning', 'what to do'],
  Object.entries(problems).map(([code, { status, title, remedy }]) => row(code, [status, title, remedy])),
)}
<h2 id="failures">Why money did not move</h2><p><code>failure.code</code> of a payment or a refund. The first two texts are for you; the last two may be shown to your customer.</p>
${table(
  ['code', 'meaning', 'what to do', 'worth another try', 'for the customer', 'українською'],
  Object.entries(failures).map(
    ([
      code,
      {
        message,
        advice,
        retry,
        customer: { en, uk },
      },
    ]) => row(code, [message, advice, retry ? 'yes' : 'no', en, uk]),
  ),
)}<p><a href="../docs">API reference</a></p>`,
  );

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
