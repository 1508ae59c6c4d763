import { createHash } from 'node:crypto';
import { contentPolicy } from '../http/security-headers.ts';
import { PROFILES } from './profile.ts';

/** The page for a person: all handsets at `/`, one at `/handsets/{number}`. It fills itself from the API. */
export const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Simulated handsets</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark }
  li { list-style: none; margin: .75rem 0; padding: .6rem 1rem; border-radius: 1rem; background: #8882; white-space: pre-wrap; overflow-wrap: anywhere }
  ul { padding: 0 } small { opacity: .7; display: block } table { border-collapse: collapse } td, th { padding: .15rem 1rem .15rem 0; text-align: left }
</style>
<h1 id="title">Simulated handsets</h1>
<p id="hint">Texts that the simulated carriers deliver show up here by themselves.</p>
<form id="write" hidden>
  <input name="to" placeholder="to: +385… or a short code" required>
  <input name="text" placeholder="text" required>
  <button>Send</button>
</form>
<ul id="messages"></ul>
<div id="carriers"></div>
<script>
  const PROFILES = ${JSON.stringify(Object.keys(PROFILES))};
  const number = location.pathname.startsWith('/handsets/') ? decodeURIComponent(location.pathname.split('/')[2]) : '';
  const list = document.getElementById('messages');
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const load = async (path, options) => {
    const response = await fetch(path, options);
    const body = await response.json();
    if (!response.ok) throw new Error(body.error);
    return body;
  };
  const element = (name, text, ...children) => {
    const made = document.createElement(name);
    made.append(text, ...children);
    return made;
  };
  const item = (head, message) =>
    element('li', '', element('small', head, ' · ', new Date(message.receivedAt).toLocaleTimeString(), message.isTest ? ' · TEST: from the sandbox, over no carrier' : ''), message.text);
  const say = (text) => { document.getElementById('hint').textContent = text; };

  const form = document.getElementById('write');
  form.onsubmit = (event) => {
    event.preventDefault();
    const { to, text } = Object.fromEntries(new FormData(form));
    load('/handsets/' + encodeURIComponent(number) + '/messages', { method: 'POST', body: JSON.stringify({ to, text }) })
      .then(({ carrier }) => { form.elements.text.value = ''; say('Sent over ' + carrier + '.'); })
      .catch((error) => say(error.message));
  };

  async function watchOne() {
    document.getElementById('title').textContent = number;
    form.hidden = false;
    let after = '0';
    for (;;) {
      const messages = await load('/handsets/' + encodeURIComponent(number) + '/messages?waitMs=25000&after=' + encodeURIComponent(after));
      for (const message of messages) list.prepend(item('from ' + message.from, message));
      if (messages.length) after = messages.at(-1).receivedAt;
    }
  }
  async function watchAll() {
    for (;; await pause(1000)) {
      const latest = await load('/handsets');
      list.replaceChildren(...latest.slice(0, 30).map(({ number, message }) => {
        const link = element('a', number);
        link.href = '/handsets/' + encodeURIComponent(number);
        return item(element('span', link, ' from ' + message.from), message);
      }));
      await showCarriers();
    }
  }
  async function showCarriers() {
    if (document.activeElement?.tagName === 'SELECT') return;
    const carriers = await load('/carriers');
    const rows = carriers.filter((c) => c.binds > 0).map((c) => {
      const select = document.createElement('select');
      for (const name of PROFILES) select.add(new Option(name, name, false, name === c.profile));
      select.onchange = () => {
        select.blur();
        load('/carriers/' + encodeURIComponent(c.systemId), { method: 'PUT', body: JSON.stringify({ profile: select.value }) }).catch((e) => say(e.message));
      };
      return element('tr', element('td', c.systemId), element('td', select), element('td', String(c.submits)), element('td', c.parameters.summary));
    });
    const head = element('tr', ...['carrier', 'profile', 'submits', ''].map((text) => element('th', text)));
    document.getElementById('carriers').replaceChildren(element('table', head, ...rows));
  }
  (async () => {
    for (;; await pause(2000)) {
      list.replaceChildren();
      await (number ? watchOne() : watchAll()).catch((error) => say('The simulator does not answer: ' + error.message));
    }
  })();
</script>
</html>
`;

/** It runs what it came with, and nothing that a text could bring. */
export const PAGE_POLICY = contentPolicy({
  'script-src': hashOf('script'),
  'style-src': hashOf('style'),
  'connect-src': "'self'",
});

function hashOf(element: 'script' | 'style'): string {
  const [, content = ''] = new RegExp(`<${element}>(.*)</${element}>`, 's').exec(PAGE)!;
  return `'sha256-${createHash('sha256').update(content).digest('base64')}'`;
}
