import type { DomainError } from '../errors.ts';
import type { App } from '../platform.ts';
import type { AuditAction } from './actions.ts';
import type { Doer } from './actor.ts';
import { targetsAmong, type Details } from './entry.ts';
import { isRecorded } from './recorded.ts';
import { createRefusalLog } from './refusals.ts';

/** Texts of a request that are looked at for what it was about. */
const MAX_TEXTS = 100;

/**
 * Notes that somebody was not let do something, unless that is in the log already, with what it changed. What is
 * only not understood is no attempt at anything.
 * @param asked what came with the request: of the ids in it those that can be targets are kept
 */
export function noteRefusal(
  app: App,
  who: Doer,
  action: AuditAction,
  error: DomainError,
  asked: unknown,
  details?: Details,
): void {
  if (/^(?:input|request|internal)\//.test(error.code) || isRecorded(error)) return;
  const texts: string[] = [];
  collectTexts(asked, texts);
  app.single(createRefusalLog).note(who, {
    action,
    outcome: error.code,
    targets: targetsAmong(action, texts),
    ...(details && { details }),
  });
}

function collectTexts(value: unknown, texts: string[]): void {
  if (texts.length >= MAX_TEXTS) return;
  if (typeof value === 'string') texts.push(value);
  else if (typeof value === 'object' && value !== null)
    for (const inner of Object.values(value)) collectTexts(inner, texts);
}
