// What a page of yours does: it asks its own server to start and to check, and watches with the client token.
import { createOtpost } from '/sdk.js';

const WORDS = {
  VerificationStarted: 'Started',
  MessageQueued: 'Message queued',
  MessageSent: 'Message sent',
  MessageDelivered: 'Message delivered',
  MessageUndelivered: 'Message not delivered',
  MessageFailed: 'Message failed',
  MessageExpired: 'Message expired',
  CodeRejected: 'Wrong code',
  VerificationApproved: 'Approved',
  VerificationExpired: 'Expired',
  VerificationCanceled: 'Canceled',
  VerificationFailed: 'Failed',
};

const byId = (id) => document.getElementById(id);
let watching = new AbortController();
let current;

byId('number').addEventListener('submit', async (event) => {
  event.preventDefault();
  watching.abort();
  watching = new AbortController();
  say('', '');
  const started = await post('/start', { to: new FormData(event.target).get('to') });
  if (!started) return;
  current = started.verificationId;
  byId('to').textContent = started.to;
  byId('handset').href = started.handsets;
  byId('events').replaceChildren();
  byId('waiting').hidden = false;
  byId('code').reset();
  byId('code').code.focus();
  follow(started, watching.signal);
  fillFromMessage(watching.signal);
});

byId('code').addEventListener('submit', async (event) => {
  event.preventDefault();
  await post('/check', { verificationId: current, code: new FormData(event.target).get('code') });
});

async function follow({ otpost, verificationId, clientToken }, signal) {
  const events = createOtpost({ url: otpost }).watch(verificationId, {
    token: clientToken,
    signal,
    onReconnect: () => say('The line was lost; it comes back by itself.', ''),
  });
  try {
    for await (const { type, verification } of events) {
      const item = document.createElement('li');
      item.textContent = WORDS[type] ?? type;
      byId('events').append(item);
      if (verification.status === 'APPROVED') say('Your number is verified.', 'approved');
      else if (type === 'CodeRejected') say(`Wrong code: ${verification.checksLeft} checks left.`, 'refused');
      else if (verification.status !== 'PENDING') say(WORDS[type] ?? verification.status, 'refused');
    }
    byId('waiting').hidden = true;
  } catch (error) {
    if (!signal.aborted) say(error.message, 'refused');
  }
}

/** Chrome on Android hands the code over when the message's last line is `@host #code` (WICG WebOTP). */
async function fillFromMessage(signal) {
  if (!('OTPCredential' in window)) return;
  const message = await navigator.credentials.get({ otp: { transport: ['sms'] }, signal }).catch(() => null);
  if (!message) return;
  byId('code').code.value = message.code;
  byId('code').requestSubmit();
}

async function post(path, body) {
  const response = await fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (response.ok) return answer;
  say(answer.message, 'refused');
  return undefined;
}

function say(text, kind) {
  byId('outcome').textContent = text;
  byId('outcome').dataset.kind = kind;
}
