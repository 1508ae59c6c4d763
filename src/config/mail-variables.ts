import { z } from 'zod';

/** How e-mail leaves. A part of `VARIABLES`. */
export const MAIL_VARIABLES = {
  SMTP_URL: {
    schema: z.url({ protocol: /^smtps?$/ }).optional(),
    default: undefined,
    about:
      'Where e-mail goes out, e.g. smtps://user:password@smtp.example.com; without it invitations are links to pass on.',
  },
  MAIL_FROM: {
    schema: z
      .string()
      .regex(/^[^\r\n]*[^\s@]@[^\s@]+$/, 'it is an address, or a name with one in angle brackets')
      .optional(),
    default: undefined,
    about: 'Who sends that e-mail, e.g. Otpost <otpost@example.com>; needed with SMTP_URL.',
  },
} as const;
