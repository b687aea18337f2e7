/** The only script of the shop, for pages that change. It asks the shop, never the gateway: the API key stays on the server. */
export const POLL_SCRIPT = `
const panel = document.querySelector('[data-poll]');
const lost = document.getElementById('connection-lost');

async function poll() {
  let waitMs = 1000;
  try {
    const response = await fetch(panel.dataset.poll, { cache: 'no-store' });
    lost.hidden = response.ok;
    if (response.ok) waitMs = show(await response.json());
  } catch {
    lost.hidden = false;
  }
  if (waitMs !== null) setTimeout(poll, waitMs);
}

function show({ revision, panel: markup, pollAfterMs }) {
  if (revision !== panel.dataset.revision) {
    panel.dataset.revision = revision;
    panel.innerHTML = markup;
  }
  return pollAfterMs;
}

if (panel.dataset.poll) setTimeout(poll, 1000);
`;
