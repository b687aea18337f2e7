import { type ProductId } from '../catalogue.js';
import { type Html, html } from '../html.js';

/** One row of cross-stitch, as small squares; used on the shirt and on the cup. */
const stitches = (y: number): Html =>
  html`${Array.from({ length: 9 }, (_, index) => html`<path d="M${64 + index * 9} ${y}l4 4-4 4-4-4z" />`)}`;

const CUP = html`<svg viewBox="0 0 200 200" aria-hidden="true">
  <ellipse cx="98" cy="166" rx="62" ry="9" fill="#000" opacity=".12" />
  <path d="M136 84c34-8 40 46 -6 52" fill="none" stroke="#a4532f" stroke-width="11" stroke-linecap="round" />
  <path d="M48 72h100c4 46-8 78-26 92H74C56 150 44 118 48 72z" fill="#c8693f" />
  <path d="M120 72h28c4 46-8 78-26 92h-16c16-22 18-56 14-92z" fill="#a4532f" opacity=".45" />
  <ellipse cx="98" cy="72" rx="50" ry="11" fill="#8d4527" />
  <ellipse cx="98" cy="74" rx="42" ry="7.5" fill="#5d2b18" />
  <path d="M47 92c34 9 68 9 102 0l-1 8c-33 9-67 9-100 0z" fill="#f4e3c8" />
  <g fill="none" stroke="#f4e3c8" stroke-width="3.2" stroke-linecap="round">
    <path d="M51 118q6-9 12 0t12 0 12 0 12 0 12 0 12 0 12 0 9-2" />
    <path d="M60 141c26 6 50 6 76 0" />
  </g>
  <g fill="#2f5d62">
    <circle cx="68" cy="129" r="3.2" />
    <circle cx="84" cy="131" r="3.2" />
    <circle cx="100" cy="131" r="3.2" />
    <circle cx="116" cy="131" r="3.2" />
    <circle cx="131" cy="129" r="3.2" />
  </g>
  <g class="steam" fill="none" stroke="#fff" stroke-width="4" stroke-linecap="round" opacity=".7">
    <path d="M84 54c-7-9 7-13 0-24" />
    <path d="M108 54c-7-9 7-13 0-24" />
  </g>
</svg>`;

const SHIRT = html`<svg viewBox="0 0 200 200" aria-hidden="true">
  <ellipse cx="100" cy="178" rx="60" ry="7" fill="#000" opacity=".1" />
  <path d="M74 34L36 52 16 112l24 10 14-36v86h92V86l14 36 24-10-20-60-38-18c-6 16-46 16-52 0z" fill="#f7f1e3" />
  <path d="M54 86l2-22v108h-2zM146 86l-2-22v108h2z" fill="#d9cdb4" />
  <path d="M74 34c6 16 46 16 52 0l-7-4c-5 10-33 10-38 0z" fill="#b3262e" />
  <path d="M90 47h20v70H90z" fill="#fffaf0" stroke="#d9cdb4" />
  <path d="M100 47v50" stroke="#c9b995" stroke-width="1.5" />
  <g fill="#b3262e">
    <path
      d="M95 54l4 4-4 4-4-4zM105 54l4 4-4 4-4-4zM95 70l4 4-4 4-4-4zM105 70l4 4-4 4-4-4zM95 86l4 4-4 4-4-4zM105 86l4 4-4 4-4-4zM100 102l4 4-4 4-4-4z"
    />
  </g>
  <g fill="#1f2a36">
    <path d="M95 64l2 2-2 2-2-2zM105 64l2 2-2 2-2-2zM95 80l2 2-2 2-2-2zM105 80l2 2-2 2-2-2zM100 96l2 2-2 2-2-2z" />
  </g>
  <g fill="#b3262e">
    <path d="M19 103l24 10-2 6-24-10zM181 103l-24 10 2 6 24-10z" />
    ${stitches(158)}
  </g>
</svg>`;

const HONEY = html`<svg viewBox="0 0 200 200" aria-hidden="true">
  <ellipse cx="100" cy="172" rx="56" ry="8" fill="#000" opacity=".12" />
  <path d="M52 70c0-10 8-14 16-16h64c8 2 16 6 16 16v84c0 10-7 16-16 16H68c-9 0-16-6-16-16z" fill="#e79a1c" />
  <path d="M122 54h10c8 2 16 6 16 16v84c0 10-7 16-16 16h-12c10-30 12-86 2-116z" fill="#c2760c" opacity=".55" />
  <path d="M62 74c0-6 2-9 7-10v92c-5-1-7-5-7-10z" fill="#ffd98a" opacity=".8" />
  <path d="M56 34h88l3 22H53z" fill="#2f5d62" />
  <path d="M56 34h88l1 7H55z" fill="#24494d" />
  <path d="M53 56c10 7 14-2 23 3s14-4 24 1 15-6 24-1 13 3 23-3l-1-5H54z" fill="#2f5d62" />
  <path d="M56 54h88" stroke="#f4e3c8" stroke-width="3" />
  <path d="M66 88h68v56H66z" fill="#fff7e6" />
  <path d="M66 88h68v5H66zM66 139h68v5H66z" fill="#b3262e" />
  <path d="M100 98l12 7v14l-12 7-12-7v-14z" fill="none" stroke="#c2760c" stroke-width="3" />
  <path d="M79 112l6 3.5v7l-6 3.5-6-3.5v-7zM121 112l6 3.5v7l-6 3.5-6-3.5v-7z" fill="#f1b84b" />
  <path d="M100 105l5 3v7l-5 3-5-3v-7z" fill="#e79a1c" />
</svg>`;

export const PICTURES: Readonly<Record<ProductId, Html>> = { 'clay-cup': CUP, 'linen-shirt': SHIRT, honey: HONEY };

/** A jug, hlechyk: the sign of the shop. */
export const FAVICON = html`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 48">
  <path d="M33 13c11 0 11 15 1 17" fill="none" stroke="#8d4527" stroke-width="4" stroke-linecap="round" />
  <path d="M14 5h19l2 4-4 7c6 5 8 10 7 16-1 5-4 9-7 12H16c-4-3-6-7-7-12-1-6 1-11 7-16l-3-7z" fill="#c8693f" />
  <path d="M9 25c10 3 19 3 29 0l1 5c-10 3-20 3-30 0z" fill="#f4e3c8" />
  <path d="M16 26l2 2-2 2-2-2zM23.5 27l2 2-2 2-2-2zM31 26l2 2-2 2-2-2z" fill="#b3262e" />
</svg>`.markup;

/** One repeat of the embroidered ribbon under the header. */
export const ORNAMENT = html`<svg xmlns="http://www.w3.org/2000/svg" width="48" height="16" viewBox="0 0 48 16">
  <g fill="#b3262e">
    <path d="M24 0l8 8-8 8-8-8zM0 4l4 4-4 4zM48 4l-4 4 4 4z" />
    <path d="M10 5l3 3-3 3-3-3zM38 5l3 3-3 3-3-3z" />
  </g>
  <path d="M24 4l4 4-4 4-4-4z" fill="#f4e3c8" />
  <path d="M24 6l2 2-2 2-2-2z" fill="#1f2a36" />
</svg>`.markup;
