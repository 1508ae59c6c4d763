/**
 * Whether something is for real, or a developer's test: what a test key starts goes to the sandbox, and reaches
 * no carrier. Whoever asks sees what is of their own mode, and nothing of the other one.
 */
export type Mode = 'live' | 'test';
