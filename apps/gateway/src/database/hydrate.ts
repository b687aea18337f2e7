import { type EntityManager, type EntityTarget, type ObjectLiteral } from 'typeorm';

/** An entity of a row that a statement of our own brought back, by column names, as an object or as JSON. */
export function hydrate<T extends ObjectLiteral>(manager: EntityManager, target: EntityTarget<T>, row: object): T {
  const entity = manager.create(target);
  const values = row as Record<string, unknown>;
  for (const column of manager.dataSource.getMetadata(target).columns) {
    column.setEntityValue(entity, manager.dataSource.driver.prepareHydratedValue(values[column.databaseName], column));
  }
  return entity;
}
