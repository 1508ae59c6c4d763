import { z } from 'zod';

/** Where keys are. A part of `VARIABLES`. */
export const KEY_VARIABLES = {
  OTPOST_KEYS: {
    schema: z.string().optional(),
    default: undefined,
    about:
      'Key-encryption keys, `id:base64,…`, 32 bytes each: the first one wraps. Made in DATA_DIR unless NODE_ENV is production.',
  },
  OTPOST_KEYS_FILE: {
    schema: z.string().min(1).optional(),
    default: undefined,
    about: 'A file with what OTPOST_KEYS would say; keys that are added to it are found without a restart.',
  },
  KEYS_REREAD_SECONDS: {
    schema: z.coerce.number().min(0.1).max(300),
    default: '15',
    about: 'How often data keys are read again, should an announcement get lost; the same for all processes.',
  },
} as const;
