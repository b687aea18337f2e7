/** A register: some lines written down, all of it read, taken and about to be compared, compared and committed. */
export const REGISTER_FAILPOINTS = ['register.kept', 'register.read', 'register.taken', 'register.compared'] as const;
