import { type EntityManager } from 'typeorm';

/** Table → status → statuses that it may move to. */
export type LegalMoves = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/**
 * Writes the legal moves where the trigger reads them. It only adds, since processes of two versions may run at the same
 * time; a move that is legal no more is taken away by a migration.
 */
export async function writeLegalMoves(tx: EntityManager, moves: LegalMoves): Promise<void> {
  const rows = Object.entries(moves).flatMap(([kind, table]) =>
    Object.entries(table).flatMap(([from, targets]) => targets.map((to) => [kind, from, to] as const)),
  );
  const column = (index: 0 | 1 | 2): string[] => rows.map((row) => row[index]);
  await tx.query(
    `INSERT INTO state_transition SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) ON CONFLICT DO NOTHING`,
    [column(0), column(1), column(2)],
  );
}
