import type { IdPrefix } from '../ids.ts';

/** What kind of thing an action is: a change of what is configured, an act of traffic, a read of personal data. */
export type ActionKind = 'act' | 'traffic' | 'read';

export interface AboutAction {
  kind: ActionKind;
  /** What its targets are. Of `acc`: the account as a whole, or something of it that has no id. */
  target: IdPrefix;
  about: string;
}

const act = (target: IdPrefix, about: string) => ({ kind: 'act', target, about }) as const;
const traffic = (about: string) => ({ kind: 'traffic', target: 'vrf', about }) as const;
const read = (target: IdPrefix, about: string) => ({ kind: 'read', target, about }) as const;

/** Everything that is noted in the audit log. A name once used keeps its meaning: it is in the hashes of entries. */
export const ACTIONS = {
  'account.create': act('acc', 'Create the account.'),
  'account.set_residency': act('acc', 'Set where the messages of the account may leave.'),
  'account.set_allowed_origins': act('acc', 'Set whose pages may call with credentials of the account.'),
  'account.set_require_second_factor': act('acc', 'Set whether people need a second factor in the account.'),
  'account.set_currency': act('acc', 'Set the currency of the account.'),
  'account.set_retention': act('acc', 'Set for how long things of the account are kept.'),
  'api_key.create': act('key', 'Make an API key.'),
  'api_key.update': act('key', 'Change the name or the rights of an API key.'),
  'api_key.rotate': act('key', 'Give an API key a new secret.'),
  'api_key.revoke': act('key', 'End an API key.'),
  'api_key.use': act(
    'key',
    'Use an API key. Noted when it was refused: from a wrong network, or after its end.',
  ),
  'service.create': act('svc', 'Create a service.'),
  'service.update': act('svc', 'Change a service.'),
  'limit.add': act('lim', 'Add a limit over keys of the account.'),
  'limit.update': act('lim', 'Change a limit.'),
  'limit.remove': act('lim', 'Remove a limit.'),
  'limit_bucket.add': act('bkt', 'Add a bucket to a limit.'),
  'limit_bucket.update': act('bkt', 'Change a bucket of a limit.'),
  'limit_bucket.remove': act('bkt', 'Remove a bucket of a limit.'),
  'safe_number.add': act('saf', 'Put a number on the safe list.'),
  'safe_number.remove': act('saf', 'Take a number off the safe list.'),
  'entity.add': act('ent', 'Add an entity.'),
  'entity.remove': act('ent', 'Remove an entity, with its factors.'),
  'factor.add': act('fac', 'Add a factor.'),
  'factor.update': act('fac', 'Change a factor, or verify it by a code.'),
  'factor.remove': act('fac', 'Remove a factor.'),
  'challenge.add': act('chl', 'Ask for a code of a factor.'),
  'challenge.answer': act('chl', 'Answer a challenge with a code.'),
  'carrier.connect': act('car', 'Connect a carrier.'),
  'carrier.update': act('car', 'Change a carrier, or take it into use or out of it.'),
  'route.add': act('rte', 'Add a route.'),
  'route.update': act('rte', 'Change a route.'),
  'route.try': act('vrf', 'Send a message over one route to try it; the target is its verification.'),
  'sender.add': act('snd', 'Add a sender.'),
  'sender.update': act('snd', 'Change a sender.'),
  'sender.remove': act('snd', 'Forget a sender.'),
  'sender_registration.add': act('acc', 'Note the registration of a sender.'),
  'sender_registration.remove': act('acc', 'Forget the registration of a sender.'),
  'sender_rule.set': act('acc', "Set the account's own rule of a country."),
  'sender_rule.clear': act('acc', "Forget the account's own rule of a country."),
  'number_lookup.set': act('acc', 'Set where numbers are looked up.'),
  'number_lookup.clear': act('acc', 'Look numbers up no longer.'),
  'inbound_number.add': act('num', 'Add or change a number that people can text.'),
  'inbound_number.remove': act('num', 'Forget a number that people can text.'),
  'webhook.create': act('whk', 'Add a webhook endpoint.'),
  'webhook.update': act('whk', 'Change a webhook endpoint.'),
  'webhook.rotate_secret': act('whk', 'Give a webhook endpoint a new secret.'),
  'webhook.test': act('whk', 'Send a webhook endpoint a test.'),
  'webhook.replay': act('whd', 'Send a delivery again.'),
  'webhook.replay_failures': act('whk', 'Send again what failed for a webhook endpoint.'),
  'webhook.remove': act('whk', 'Remove a webhook endpoint.'),
  'oauth_client.create': act('cli', 'Make an OAuth client.'),
  'oauth_client.update': act('cli', 'Change the name or the rights of an OAuth client.'),
  'oauth_client.rotate_secret': act('cli', 'Give an OAuth client a new secret.'),
  'oauth_client.revoke': act('cli', 'End an OAuth client and its access tokens.'),
  'oauth_client.use': act(
    'cli',
    'Ask for an access token, or use one. Noted when it was refused: without the right proof, from a wrong network, or ' +
      'after the end of the client.',
  ),
  'access_token.revoke': act('tok', 'End an access token before its time.'),
  'member.add': act('mem', 'Make somebody a member, by the word of the operator.'),
  'member.change_role': act('mem', 'Give a member another role.'),
  'member.remove': act('mem', 'Take a member out of the account.'),
  'member.leave': act('mem', 'Leave the account.'),
  'invitation.create': act('inv', 'Ask somebody to join the account.'),
  'invitation.revoke': act('inv', 'Take an invitation back.'),
  'invitation.accept': act('mem', 'Join the account, by an invitation.'),
  'session.begin': act(
    'per',
    'Sign in. Noted when it was refused, too: with `auth/second_factor_needed` the password was right.',
  ),
  'session.change_password': act('per', 'Set a new password, by the one until now.'),
  'session.reset_password': act('per', 'Set a new password, by a link that was sent to the e-mail address.'),
  'second_factor.enable': act('per', 'Set up an authenticator app as a second factor.'),
  'second_factor.disable': act('per', 'Turn the authenticator app off.'),
  'second_factor.renew_backup_codes': act('per', 'Have new backup codes made; those of before are void.'),
  'second_factor.use': act(
    'per',
    'Give a code, or show a passkey. Noted when it was a backup code, or was refused.',
  ),
  'passkey.add': act('per', 'Add a passkey.'),
  'passkey.rename': act('per', 'Give a passkey another name.'),
  'passkey.remove': act('per', 'Remove a passkey.'),
  'session.end': act('ses', 'Sign out.'),
  'session.end_others': act('per', 'Sign out everywhere else.'),
  'session.switch_account': act('acc', 'Go on in this account.'),
  'audit_checkpoint.create': act('chk', 'Sign what the audit log is.'),
  'destination.unlock': act('vrf', 'Lift the lock of a destination; the target is its latest verification.'),
  'subject.erase': act('rcp', 'Erase a subject; the target is the receipt, `hash` what it hashes to.'),
  'subject.export': {
    kind: 'read',
    target: 'rcp',
    about: 'Export all that is stored about a subject; the target is the receipt.',
  },
  'number.reveal': read('vrf', 'See the number of a verification in full.'),
  'number.search': read(
    'vrf',
    'Ask what there is of phone numbers: how many times is the count, and what was found the targets.',
  ),
  'number.resolve': read(
    'acc',
    'Ask what is known of phone numbers: their network, whether they moved there, and whether they can be reached.',
  ),
  'entity.search': read('ent', 'Read of an entity by an identity that may be a phone number.'),
  'safe_number.search': read('saf', 'Ask whether phone numbers are on the safe list.'),
  'inbound_message.reveal': read('inb', 'See who sent a message from a handset, in full.'),
  'number.read': read('vrf', 'Be shown numbers of verifications in full, as servers are that may see them.'),
  'inbound_message.read': read(
    'inb',
    'Be shown in full who has sent messages from handsets, or their texts.',
  ),
  'entity.read': read(
    'ent',
    'Be shown in full identities of entities, or names of their factors, that may be phone numbers.',
  ),
  'member.read': read('mem', 'Be shown the names or e-mail addresses of others who are in the account.'),
  'invitation.read': read('inv', 'Be shown e-mail addresses of whoever is invited.'),
  'batch.start': act('bat', 'Start many verifications; each of them is noted when it is started.'),
  'batch.cancel': act('bat', 'Start no more of a batch.'),
  'verification.start': traffic('Start a verification, or send another message of it.'),
  'verification.check': traffic('Check a code.'),
  'verification.cancel': traffic('Cancel a verification.'),
  'audit_log.export': read('acc', 'Export the audit log.'),
  'data.read': read('acc', 'Read something. Noted when it was refused.'),
} as const satisfies Record<string, AboutAction>;

export type AuditAction = keyof typeof ACTIONS;

export const ALL_ACTIONS = Object.keys(ACTIONS) as readonly AuditAction[];

export function aboutAction(action: AuditAction): AboutAction {
  return ACTIONS[action];
}
