import { createHash } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { contentPolicy } from '../http/security-headers.ts';

/**
 * Where the links lead that people are sent: an invitation (`#otp_inv_…`), or a new password (`#reset=…`). What is
 * behind the `#` stays in the browser until it is sent back in a body.
 */
const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Otpost</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 28rem; margin: 3rem auto; padding: 0 1rem; color-scheme: light dark }
  label { display: block; margin: .75rem 0 } input { display: block; width: 100%; font: inherit; padding: .4rem; box-sizing: border-box }
  button { font: inherit; padding: .4rem 1rem }
</style>
<h1 id="title">Otpost</h1>
<p id="about">…</p>
<form id="form" hidden>
  <label id="named" hidden>Your name <input name="name" maxlength="60" autocomplete="name"></label>
  <label>Password <input name="password" type="password" required></label>
  <label id="coded" hidden>Code of your authenticator app, or a backup code <input name="code" autocomplete="one-time-code"></label>
  <button>Go on</button>
</form>
<p id="said" role="status"></p>
<script>
  const at = (id) => document.getElementById(id);
  const secret = location.hash.slice(1);
  const ask = async (path, body) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.message);
    return answer;
  };
  const show = (title, about) => { at('title').textContent = title; at('about').textContent = about; };
  const onSubmit = (work) => {
    at('form').hidden = false;
    at('form').onsubmit = async (event) => {
      event.preventDefault();
      at('said').textContent = '…';
      await work(Object.fromEntries(new FormData(at('form')))).then(done, fail);
    };
  };
  const done = (text) => { at('form').hidden = true; at('said').textContent = text; };
  const fail = (error) => { at('said').textContent = error.message; };
  const reset = (token) => {
    show('A new password', 'It has 15 characters or more; a few words make a good one.');
    onSubmit(async ({ password }) => {
      await ask('/auth/reset-password', { token, newPassword: password });
      return 'It is set. Sign in with it from now on.';
    });
  };
  const signIn = async (email, password, code) => {
    const { twoFactorRedirect } = await ask('/auth/sign-in/email', { email, password });
    if (!twoFactorRedirect) return;
    at('coded').hidden = false;
    if (!code) throw new Error('Give the code of your authenticator app, too, or a backup code.');
    await ask('/auth/two-factor/verify-' + (/^[0-9]+$/.test(code) ? 'totp' : 'backup-code'), { code });
  };
  const join = async (token) => {
    const { accountName, email, role, isKnown } = await ask('/auth/invitation', { token });
    const how = isKnown ? 'Give the password of ' + email + '.' : 'Choose a password of 15 characters or more, for ' + email + '.';
    show('Join ' + accountName, 'As ' + role + '. ' + how);
    at('named').hidden = isKnown;
    onSubmit(async ({ name, password, code }) => {
      if (isKnown) await signIn(email, password, code.trim());
      await ask('/auth/accept-invitation', isKnown ? { token } : { token, name, password });
      return 'You are in.';
    });
  };
  if (secret.startsWith('reset=')) reset(secret.slice(6));
  else join(secret).catch((error) => show('Otpost', error.message));
</script>
</html>
`;

const POLICY = contentPolicy({
  'script-src': hashOf('script'),
  'style-src': hashOf('style'),
  'connect-src': "'self'",
});

export function answerJoinPage(response: ServerResponse): void {
  response.writeHead(200, {
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'content-security-policy': POLICY,
  });
  response.end(PAGE);
}

function hashOf(element: 'script' | 'style'): string {
  const [, content = ''] = new RegExp(`<${element}>(.*)</${element}>`, 's').exec(PAGE)!;
  return `'sha256-${createHash('sha256').update(content).digest('base64')}'`;
}
