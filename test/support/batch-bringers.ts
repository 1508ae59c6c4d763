import { authenticate } from '../../src/accounts/authenticate.ts';
import { createApiKey } from '../../src/accounts/create-api-key.ts';
import type { PersonPrincipal, Principal } from '../../src/accounts/principal.ts';
import { revokeApiKey } from '../../src/accounts/revoke-api-key.ts';
import { rotateApiKey } from '../../src/accounts/rotate-api-key.ts';
import { updateApiKey } from '../../src/accounts/update-api-key.ts';
import type { RunningApp } from '../../src/app.ts';
import type { MemberId } from '../../src/ids.ts';
import { createClient } from '../../src/oauth/create-client.ts';
import { revokeClient } from '../../src/oauth/revoke-client.ts';
import { rotateClientSecret } from '../../src/oauth/rotate-client-secret.ts';
import { updateClient } from '../../src/oauth/update-client.ts';
import { changeRole, removeMember } from '../../src/people/change-member.ts';
import { endSession } from '../../src/people/sessions.ts';
import { aMember } from './member.ts';
import { basic, sendForm } from './oauth.ts';

/** Who brings a batch, and what is changed about them afterwards. */
export interface Bringer {
  /** Why the batch must end then; undefined: it must not. */
  because?: string;
  bring(owner: Principal): Promise<{ credential: string; change: () => Promise<unknown> }>;
}

/** Keys and tokens are good for so long at most. */
export const BRINGER_MS = 600_000;
const LESS = ['verifications:read'] as const;

/** Each way in which somebody comes to have access that can bring batches, and each in which it can end. */
export function createBringers(app: RunningApp): Bringer[] {
  const nothing = () => Promise.resolve();

  const key =
    (
      change: (
        owner: Principal,
        id: Awaited<ReturnType<typeof createApiKey>>['row']['id'],
      ) => Promise<unknown>,
      expiresAt?: Date,
    ) =>
    async (owner: Principal) => {
      const { key: credential, row } = await createApiKey(app, owner.accountId, {
        name: 'Brings',
        expiresAt: expiresAt ?? null,
      });
      return { credential, change: () => change(owner, row.id) };
    };

  const client =
    (
      change: (
        owner: Principal,
        made: { id: Awaited<ReturnType<typeof createClient>>['row']['id']; secret: string; token: string },
      ) => Promise<unknown>,
    ) =>
    async (owner: Principal) => {
      const { row, secret } = await createClient(app, owner, {
        name: 'Partner',
        permissions: ['verifications:write'],
      });
      const form = { grant_type: 'client_credentials' };
      const answer = await sendForm(app, '/oauth/token', form, basic(row.id, secret!));
      const credential = answer.body.access_token as string;
      return { credential, change: () => change(owner, { id: row.id, secret: secret!, token: credential }) };
    };

  const person =
    (
      change: (
        owner: Principal,
        one: { id: MemberId; token: string; who: PersonPrincipal },
      ) => Promise<unknown>,
    ) =>
    async (owner: Principal) => {
      const { token, memberId: id } = await aMember(app, owner.accountId, 'developer');
      const who = (await authenticate(app, token)) as PersonPrincipal;
      return { credential: token, change: () => change(owner, { id, token, who }) };
    };

  return [
    { because: 'key_revoked', bring: key((owner, id) => revokeApiKey(app, owner, id)) },
    {
      because: 'permission_lost',
      bring: key((owner, id) => updateApiKey(app, owner, id, { permissions: LESS })),
    },
    { bring: key((owner, id) => rotateApiKey(app, owner, id, 0)) },
    { bring: key(nothing, new Date(app.clock() + BRINGER_MS)) },
    { because: 'client_revoked', bring: client((owner, { id }) => revokeClient(app, owner, id)) },
    {
      because: 'token_revoked',
      bring: client((_owner, { id, secret, token }) =>
        sendForm(app, '/oauth/revoke', { token }, basic(id, secret)),
      ),
    },
    {
      because: 'permission_lost',
      bring: client((owner, { id }) => updateClient(app, owner, id, { permissions: LESS })),
    },
    { bring: client((owner, { id }) => rotateClientSecret(app, owner, id, 0)) },
    { bring: client(nothing) },
    { because: 'member_removed', bring: person((owner, { id }) => removeMember(app, owner, id)) },
    { because: 'permission_lost', bring: person((owner, { id }) => changeRole(app, owner, id, 'support')) },
    { bring: person((owner, { id }) => changeRole(app, owner, id, 'admin')) },
    { bring: person((_owner, { who }) => endSession(app, who, who.sessionId)) },
  ];
}
