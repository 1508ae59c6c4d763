import { ApiKey } from '../accounts/graphql-keys.ts';
import { makerKindOf, type MakerId, type MakerKind } from '../accounts/maker.ts';
import { builder } from '../graphql/builder.ts';
import { OAuthClient } from '../oauth/graphql.ts';
import { Member } from './graphql.ts';
import type { MemberRow } from './table.ts';

interface Created {
  createdBy: MakerId;
  /** The person, or the one behind the key; null: nobody, nobody knows, or they are no longer in the account. */
  member: MemberRow | null;
}

const CreatorKind = builder.enumType('CreatorKind', {
  description: 'What made a credential, as the audit log has it.',
  values: {
    PERSON: { value: 'person', description: 'Somebody who had signed in.' },
    API_KEY: { value: 'apiKey', description: 'A server with an API key.' },
    ACCESS_TOKEN: { value: 'accessToken', description: 'A partner with an access token.' },
    SYSTEM: { value: 'system', description: 'Otpost by itself, or whoever runs it.' },
  } satisfies Record<string, { value: MakerKind; description: string }>,
});

const Creator = builder.objectRef<Created>('Creator').implement({
  description: 'Who made a credential.',
  fields: (t) => ({
    kind: t.field({
      type: CreatorKind,
      description: 'What that is.',
      resolve: ({ createdBy }) => makerKindOf(createdBy),
    }),
    id: t.id({
      nullable: true,
      description: 'Of the person (`per_`), the key (`key_`) or the client (`cli_`); absent of `SYSTEM`.',
      resolve: ({ createdBy }) => (createdBy === 'system' ? null : createdBy),
    }),
    member: t.field({
      type: Member,
      nullable: true,
      description:
        'The person, or the one whose the key was. Absent: they are no longer in the account, or nobody is known.',
      resolve: ({ member }) => member,
    }),
  }),
});

const CREATED_BY = {
  type: Creator,
  nullable: true,
  description:
    'Who made it; absent: a version before this was kept did, and `auditLog` may know. It stays when it is rotated.',
} as const;

// The members are read with the whole page.
builder.drizzleObjectField(ApiKey, 'createdBy', (t) =>
  t.field({
    ...CREATED_BY,
    select: (_args, _context, nestedSelection) => ({
      columns: { createdBy: true },
      with: { creator: nestedSelection(true, ['member']) },
    }),
    resolve: ({ createdBy, creator }) => createdBy && { createdBy, member: creator },
  }),
);

builder.drizzleObjectField(OAuthClient, 'createdBy', (t) =>
  t.field({
    ...CREATED_BY,
    select: (_args, _context, nestedSelection) => ({
      columns: { createdBy: true },
      with: { creator: nestedSelection(true, ['member']) },
    }),
    resolve: ({ createdBy, creator }) => createdBy && { createdBy, member: creator },
  }),
);
