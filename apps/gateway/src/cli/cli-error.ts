/** A command that cannot be run as given; the message is for the person at the terminal. */
export class CliError extends Error {
  override readonly name = 'CliError';
}
