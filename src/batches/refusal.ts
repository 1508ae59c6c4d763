import type { ErrorCode } from '../errors.ts';

/** Why a row was refused: what an error of the domain says of itself. Nothing in it is about a person. */
export interface RowError {
  code: string;
  message: string;
  field?: string;
  country?: string;
  nextSendAt?: string;
}

/** Why a row was refused, as it is shown. */
export interface RowRefusal {
  code: ErrorCode;
  message: string;
  field: string | null;
  country: string | null;
  nextSendAt: Date | null;
}

export function refusalOf({ code, message, field, country, nextSendAt }: RowError): RowRefusal {
  return {
    code: code as ErrorCode,
    message,
    field: field ?? null,
    country: country ?? null,
    nextSendAt: nextSendAt === undefined ? null : new Date(nextSendAt),
  };
}
