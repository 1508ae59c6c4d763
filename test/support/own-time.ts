import { newId } from '../../src/crypto/new-id.ts';

// Files share their modules, and ids never run behind the latest one: a file whose clock ran ahead must not be felt
// in the next. A clock at zero is one that was set back, which ids follow.
newId('key', 0);
