/** Marks the file as ours (`application_id`). */
export const APPLICATION_ID = 0x696e766a;
/** Format that this version writes (`user_version`): the number of the last migration. Known without loading them. */
export const FORMAT = 4;
