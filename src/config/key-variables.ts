import { z } from 'zod';
import { amount } from './values.ts';

/** Where keys are. A part of `VARIABLES`. */
export const KEY_VARIABLES = {
  OTPOST_KEYS: {
    schema: z.string().optional(),
    default: undefined,
    about:
      'Key-encryption keys, `id:base64,…`, 32 bytes each, or `vault:https://…/transit/otpost` for a key of Vault: the first one wraps. Made in DATA_DIR unless NODE_ENV is production.',
  },
  OTPOST_KEYS_FILE: {
    schema: z.string().min(1).optional(),
    default: undefined,
    about: 'A file with what OTPOST_KEYS would say; keys that are added to it are found without a restart.',
  },
  VAULT_TOKEN_FILE: {
    schema: z.string().min(1).optional(),
    default: undefined,
    about: 'A file with the token for the Vault that OTPOST_KEYS names; read again when it is refused.',
  },
  VAULT_ROLE_ID: {
    schema: z.string().min(1).optional(),
    default: undefined,
    about: 'The role id of an AppRole of Vault, in the place of a token.',
  },
  VAULT_SECRET_ID_FILE: {
    schema: z.string().min(1).optional(),
    default: undefined,
    about: 'A file with the secret id of that AppRole.',
  },
  VAULT_NAMESPACE: {
    schema: z
      .string()
      .regex(/^[\w./-]+$/, 'a namespace is a path of names')
      .optional(),
    default: undefined,
    about: 'The namespace in Vault that Transit and the AppRole are in.',
  },
  VAULT_CACERT: {
    schema: z.string().min(1).optional(),
    default: undefined,
    about: 'Authorities (PEM) that vouch for Vault; those of the system when not set.',
  },
  KEYS_REREAD_SECONDS: {
    schema: amount(0.1, 300),
    default: '15',
    about: 'How often data keys are read again, should an announcement get lost; the same for all processes.',
  },
} as const;
